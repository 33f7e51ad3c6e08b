import { workerProgram } from '../generated/kernels-wasm.js';

/** A worker thread that runs `workerProgram`. It never keeps a process alive. */
export interface WorkerThread {
  post(message: object): void;
  stop(): void;
}

/**
 * Starts a worker; undefined where there are none or a policy forbids them. `onLost` is called when one cannot be started or dies; nothing is
 * left of it then.
 */
export function spawnWorker(onLost: () => void): WorkerThread | undefined {
  try {
    return spawnInNode(onLost) ?? spawnInBrowser(onLost);
  } catch {
    // Node's permission model, or trusted types of a page.
    return undefined;
  }
}

function spawnInNode(onLost: () => void): WorkerThread | undefined {
  const threads = nodeModule('node:worker_threads');
  if (!threads) return undefined;
  const worker = new threads.Worker(workerProgram, { eval: true, execArgv: [] });
  worker.unref();
  worker.on('error', onLost);
  worker.on('exit', onLost);
  return { post: (message) => worker.postMessage(message), stop: () => void worker.terminate() };
}

function spawnInBrowser(onLost: () => void): WorkerThread | undefined {
  if (typeof Worker === 'undefined' || typeof URL.createObjectURL !== 'function') return undefined;
  const address = URL.createObjectURL(new Blob([workerProgram], { type: 'text/javascript' }));
  try {
    const worker = new Worker(address);
    const stop = () => {
      worker.terminate();
      URL.revokeObjectURL(address);
    };
    worker.addEventListener('error', (event) => {
      // The others do its work, so the page need not hear of it; and a worker outlives its errors.
      event.preventDefault();
      stop();
      onLost();
    });
    return { post: (message) => worker.postMessage(message), stop };
  } catch (error) {
    URL.revokeObjectURL(address);
    throw error;
  }
}

/** Threads that can run at once here. */
export function availableThreads(): number {
  const os = nodeModule('node:os');
  if (os) return os.availableParallelism();
  return typeof navigator === 'undefined' ? 1 : (navigator.hardwareConcurrency ?? 1);
}

/** Whether WebAssembly memory can be shared between threads here; in browsers that takes a page with cross-origin isolation. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

/** A module of Node, without an import that browsers and bundlers would see. Node 20.16 or later has this. */
function nodeModule<Id extends 'node:os' | 'node:worker_threads'>(id: Id) {
  return typeof process === 'undefined' ? undefined : process.getBuiltinModule?.(id);
}
