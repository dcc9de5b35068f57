/** A certificate for localhost that nobody vouches for, and its key: made for these tests, of no use elsewhere. */
export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg68VuuunKF5gBsswJ
lybKbngSJqYw77yvr1rK7vqTlDmhRANCAATfbTp19+MuxN5JDgBloYZ2tXbCwMpi
HEajoN8/qp7PkPirBkx5X6/ZhDtHlDroDACg3RTQfSU+Y8MRyKtpxDYr
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUGylLkd/JBpyCfa/n+w8aTlRue40wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzAwMjYxOVoYDzIxMjYxMDMw
MDAyNjE5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATfbTp19+MuxN5JDgBloYZ2tXbCwMpiHEajoN8/qp7PkPirBkx5X6/Z
hDtHlDroDACg3RTQfSU+Y8MRyKtpxDYro28wbTAdBgNVHQ4EFgQUjf8jUth1XGsA
x7+qrgHqDZpZUAYwHwYDVR0jBBgwFoAUjf8jUth1XGsAx7+qrgHqDZpZUAYwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgYJRXddXg/zQGoCjO2gfGDxq/2zTMUc+eFOsDpUiOJykCIQD9
dw4gowqIdKxGRTB75saXOpX6/OEA+Y6it3v5zzHnyA==
-----END CERTIFICATE-----`,
};
