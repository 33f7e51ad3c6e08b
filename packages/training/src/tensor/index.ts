export { tensorEngine } from './tensor-engine.js';
