import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { workerProgram } from '../generated/kernels-wasm.js';
import { spawnWorker } from './spawn.js';

/** Stands in for a browser's; the real ones are tried by tooling/browser. */
class StandIn extends EventTarget {
  static made: StandIn[] = [];
  readonly posted: object[] = [];
  isRunning = true;

  constructor(readonly address: string) {
    super();
    StandIn.made.push(this);
  }

  postMessage(message: object): void {
    this.posted.push(message);
  }

  terminate(): void {
    this.isRunning = false;
  }
}

const addresses = new Map<string, Blob>();

beforeEach(() => {
  StandIn.made = [];
  addresses.clear();
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
  vi.stubGlobal('Worker', StandIn);
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    addresses.set('blob:1', blob as Blob);
    return 'blob:1';
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((address) => void addresses.delete(address));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('starts a worker of a page from the text of its program, and stops it', async () => {
  const lost = vi.fn();
  const worker = spawnWorker(lost)!;
  const [made] = StandIn.made;
  expect(await addresses.get(made!.address)!.text()).toBe(workerProgram);
  worker.post({ forget: 1 });
  expect(made!.posted).toEqual([{ forget: 1 }]);
  worker.stop();
  expect(made!.isRunning).toBe(false);
  expect(addresses.size).toBe(0);
  expect(lost).not.toHaveBeenCalled();
});

it('ends a worker in which there was an error, of which the page does not hear', () => {
  const lost = vi.fn();
  spawnWorker(lost);
  const [made] = StandIn.made;
  const error = new Event('error', { cancelable: true });
  made!.dispatchEvent(error);
  expect(lost).toHaveBeenCalledOnce();
  expect(error.defaultPrevented).toBe(true);
  expect(made!.isRunning).toBe(false);
  expect(addresses.size).toBe(0);
});

it('gives no worker where the page may not make one', () => {
  vi.stubGlobal('Worker', function refuse() {
    throw new TypeError("This document requires 'TrustedScriptURL' assignment.");
  });
  expect(spawnWorker(() => {})).toBeUndefined();
  expect(addresses.size).toBe(0);
});

it('gives plain kernels where WebAssembly may not be compiled', async () => {
  vi.resetModules();
  vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new WebAssembly.CompileError('violates the policy'));
  const { loadKernels } = await import('../load-kernels.js');
  for (const threads of [1, 3]) {
    expect(await loadKernels({ threads })).toMatchObject({ name: 'plain', threads: 1 });
  }
});
