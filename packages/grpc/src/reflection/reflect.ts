import { status } from '@grpc/grpc-js';
import type { reflectionV1 } from '@lease/protocol';
import { DescriptorFiles } from './descriptor-files.js';

type Request = reflectionV1.ServerReflectionRequest;
type Response = reflectionV1.ServerReflectionResponse;
type Answer = NonNullable<Response['messageResponse']>;

/** Answers questions about the contract. `services`: those that the server says it has. */
export function reflector(services: readonly string[]): (request: Request) => Response {
  let files: DescriptorFiles | undefined;
  const answerTo = (question: Request['messageRequest']): Answer => {
    // Only when somebody asks: parsing the descriptors takes longer than the rest of a start.
    files ??= new DescriptorFiles();
    switch (question?.$case) {
      case 'listServices':
        return { $case: 'listServicesResponse', value: { service: services.map((name) => ({ name })) } };
      case 'fileByFilename':
        return filesOr(files.file(question.value), `file ${question.value}`);
      case 'fileContainingSymbol':
        return filesOr(files.fileOf(question.value), `symbol ${question.value}`);
      case 'fileContainingExtension':
        return notFound(`extension of ${question.value.containingType}`);
      case 'allExtensionNumbersOfType':
        return files.hasMessage(question.value)
          ? {
              $case: 'allExtensionNumbersResponse',
              value: { baseTypeName: question.value, extensionNumber: [] },
            }
          : notFound(`message ${question.value}`);
      case undefined:
        return failure(status.INVALID_ARGUMENT, 'the request asks for nothing that this server knows');
    }
  };
  return (request) => ({
    validHost: request.host,
    originalRequest: request,
    messageResponse: answerTo(request.messageRequest),
  });
}

function filesOr(fileDescriptorProto: Buffer[] | undefined, what: string): Answer {
  return fileDescriptorProto === undefined
    ? notFound(what)
    : { $case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function notFound(what: string): Answer {
  return failure(status.NOT_FOUND, `there is no ${what}`);
}

function failure(errorCode: number, errorMessage: string): Answer {
  return { $case: 'errorResponse', value: { errorCode, errorMessage } };
}
