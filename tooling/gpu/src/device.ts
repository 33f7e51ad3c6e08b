import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Backend, type BackendName, chooseBackend } from '@sdmjs/backends';
import { type AdapterFacts, adapterFacts } from './adapter.js';
import { importModule } from './import-module.js';

/** A device that was started. */
export interface Device {
  readonly tf: Backend['tf'];
  readonly name: BackendName;
  readonly description: string;
  /** Only of WebGPU. */
  readonly adapter?: AdapterFacts | undefined;
}

/** Nothing to measure on; the message says what was tried. */
export class NoDeviceError extends Error {}

/** The best GPU here (native TensorFlow on CUDA, else WebGPU on hardware), or the named device, software drivers included. */
export async function startDevice(named: BackendName | undefined): Promise<Device> {
  const tried: string[] = [];
  for (const name of named === undefined ? (['tensorflow-gpu', 'webgpu'] as const) : [named]) {
    const device = await start(name).catch((error: unknown) => {
      tried.push(error instanceof Error ? error.message : String(error));
      return undefined;
    });
    if (!device) continue;
    if (named !== undefined || !device.adapter?.isSoftware) return device;
    tried.push(`webgpu: the only adapter is a software one (${device.adapter.name}); --backend webgpu takes it`);
  }
  throw new NoDeviceError(tried.join('\n'));
}

/** WebAssembly with the kernels of `@sdmjs/kernels`: what the device is compared with. */
export function startReference(): Promise<Device> {
  return start('wasm');
}

async function start(name: BackendName): Promise<Device> {
  const { tf, describe } = await chooseBackend({ force: name, importModule, wasmPath: wasmBesideBundle() });
  tf.enableProdMode();
  const adapter = name === 'webgpu' ? await adapterFacts() : undefined;
  return { tf, name, description: describe(), adapter };
}

/** In a pack the WebAssembly files lie beside the program; elsewhere the installed package has them. */
function wasmBesideBundle(): string | undefined {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  return existsSync(`${folder}tfjs-backend-wasm-simd.wasm`) ? folder : undefined;
}
