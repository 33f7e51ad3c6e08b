import { workerProgram } from '../generated/kernels-wasm.js';

/** A worker thread that runs `workerProgram`. It never keeps a process alive. */
export interface WorkerThread {
  post(message: object): void;
  stop(): void;
}

/** Starts a worker; undefined where there are none. `onLost` is called when one cannot be started or dies. */
export function spawnWorker(onLost: () => void): WorkerThread | undefined {
  const threads = nodeModule('node:worker_threads');
  if (threads) {
    const worker = new threads.Worker(workerProgram, { eval: true, execArgv: [] });
    worker.unref();
    worker.on('error', onLost);
    worker.on('exit', onLost);
    return { post: (message) => worker.postMessage(message), stop: () => void worker.terminate() };
  }
  if (typeof Worker === 'undefined' || typeof URL.createObjectURL !== 'function') return undefined;
  const address = URL.createObjectURL(new Blob([workerProgram], { type: 'text/javascript' }));
  const worker = new Worker(address);
  worker.addEventListener('error', onLost);
  return {
    post: (message) => worker.postMessage(message),
    stop() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
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
