import { SdmError } from '@sdmjs/core';
import { BACKEND_NAMES, type BackendName, candidates, type StartBackend, type TensorFlow } from './candidates.js';
import { type ImportModule, importModule } from './import-module.js';
import { coreCount, forcedByEnvironment } from './runtime.js';

export interface ChooseBackendOptions {
  /** Tried first; the others follow, best first. A software WebGPU adapter is only taken when it is named here or forced. */
  readonly prefer?: BackendName | undefined;
  /** The only one tried. @default the environment variable `SDMJS_BACKEND`, when set */
  readonly force?: BackendName | undefined;
  /** Called with one line for each device that was not available, and one for the device chosen. */
  readonly onMessage?: ((message: string) => void) | undefined;
  /** Where a browser finds the `.wasm` files of tfjs-backend-wasm, with a final slash. @default in Node, the installed package */
  readonly wasmPath?: string | undefined;
  /** Another way to import packages, for tests. */
  readonly importModule?: ImportModule | undefined;
}

/** A TensorFlow.js device that runs, and why it is this one. */
export interface Backend {
  /** `@tensorflow/tfjs-core` with gradients registered: the namespace all packages share. */
  readonly tf: TensorFlow;
  readonly name: BackendName;
  /** Why each device that was tried before this one is not available. */
  readonly reasons: Readonly<Partial<Record<BackendName, string>>>;
  /** One line: the device, the version, and what was not available. */
  describe(): string;
}

/**
 * Finds the best TensorFlow.js device here, starts it, checks that it multiplies, and says what it found. Every failure of an optional
 * package means that it is absent. Throws `missing-dependency` when nothing starts, `out-of-range` for an unknown name.
 */
export async function chooseBackend(options: ChooseBackendOptions = {}): Promise<Backend> {
  const load = options.importModule ?? importModule;
  const say = options.onMessage ?? (() => {});
  const force = backendName(options.force ?? forcedByEnvironment());
  const prefer = force ?? backendName(options.prefer);
  const tf = await loadTensorFlow(load);
  const reasons: Partial<Record<BackendName, string>> = {};
  for (const name of orderOfTrial(prefer, force !== undefined)) {
    try {
      const what = await startAndProbe(candidates[name], {
        tf,
        importModule: load,
        asked: name === prefer,
        wasmPath: options.wasmPath,
      });
      const backend = describedBackend({ tf, name, reasons, what, cores: await coreCount() });
      say(backend.describe());
      return backend;
    } catch (error) {
      reasons[name] = reasonOf(error);
      say(`${name}: ${reasons[name]}`);
    }
  }
  const tried = Object.entries(reasons).map(([name, reason]) => `${name} (${reason})`);
  throw new SdmError(
    'missing-dependency',
    `chooseBackend: no TensorFlow.js device starts: ${tried.join('; ')}; install @tensorflow/tfjs-backend-wasm`,
  );
}

function orderOfTrial(prefer: BackendName | undefined, only: boolean): readonly BackendName[] {
  if (prefer === undefined) return BACKEND_NAMES;
  return only ? [prefer] : [prefer, ...BACKEND_NAMES.filter((name) => name !== prefer)];
}

function backendName(name: string | undefined): BackendName | undefined {
  if (name === undefined) return undefined;
  const known = BACKEND_NAMES.find((candidate) => candidate === name);
  if (known === undefined) {
    throw new SdmError('out-of-range', `chooseBackend: wanted one of ${BACKEND_NAMES.join(', ')}, got "${name}"`);
  }
  return known;
}

async function loadTensorFlow(load: ImportModule): Promise<TensorFlow> {
  try {
    const tf = (await load('@tensorflow/tfjs-core')) as TensorFlow;
    await load('@tensorflow/tfjs-layers'); // tfjs-core alone cannot differentiate
    return tf;
  } catch (cause) {
    throw new SdmError(
      'missing-dependency',
      `chooseBackend: wanted @tensorflow/tfjs-core and @tensorflow/tfjs-layers, got: ${reasonOf(cause)}; install both`,
      { cause },
    );
  }
}

/** A driver may start and compute nonsense, so one small product is checked. */
async function startAndProbe(start: StartBackend, context: Parameters<StartBackend>[0]): Promise<string> {
  const { tf } = context;
  const what = await start(context);
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])));
  const numbers = await product.data();
  product.dispose();
  if (numbers.join() !== '19,22,43,50') throw new Error(`it started and multiplied wrongly (${numbers.join()})`);
  return what;
}

function describedBackend(parts: Pick<Backend, 'tf' | 'name' | 'reasons'> & { what: string; cores: number }): Backend {
  const { tf, name, reasons, what, cores } = parts;
  const absent = Object.entries(reasons).map(([other, reason]) => `${other}: ${reason}`);
  const line = `${name}: ${what}, ${cores} core${cores === 1 ? '' : 's'}, TensorFlow.js ${tf.version_core}`;
  return { tf, name, reasons, describe: () => (absent.length === 0 ? line : `${line} (not ${absent.join('; ')})`) };
}

/** One line of an error; a package that is not there gets plain words. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const missing =
    /(?:Cannot find (?:package|module)|Could not resolve|Failed to (?:resolve|load)[^'"]*) ?['"]([^'"]+)['"]/.exec(
      message,
    );
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || missing) {
    return `${missing?.[1] ?? 'package'} is not installed`;
  }
  return message.split('\n', 1)[0]!;
}
