export { isRunState, loadRunState, saveRunState } from './run-state-file.js';
