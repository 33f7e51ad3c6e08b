// Starts round-worker.ts where the packages run from their sources; builds have round-worker.js instead.
import { register } from 'tsx/esm/api';

register();
await import('./round-worker.ts');
