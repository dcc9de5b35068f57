import { followTheModel } from './follow-the-model.js';
import { stores } from './stores.js';

// In a file of its own: it waits for the database half of the time, in which the other stores compute.
followTheModel(stores.filter(({ name }) => name === 'postgres'));
