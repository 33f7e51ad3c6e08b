export { testTrainingEngine } from './test-training-engine.js';
export { workedCase } from './worked-case.js';
