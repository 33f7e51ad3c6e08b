export { loadRunState, saveRunState } from './run-state-file.js';
