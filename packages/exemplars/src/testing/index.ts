export { matchByDefinition } from './match-by-definition.js';
export { testExemplarIndex } from './test-exemplar-index.js';
