/** Whether Node (or a runtime that says it is Node) runs this. */
export function isNode(): boolean {
  return typeof process === 'object' && process.versions?.node !== undefined && !('Deno' in globalThis);
}

/** The folder of the WebAssembly files of tfjs-backend-wasm, with a final slash; undefined outside Node (the page serves them). */
export async function wasmFolder(): Promise<string | undefined> {
  if (!isNode()) return undefined;
  const { createRequire } = await import('node:module');
  const { dirname } = await import('node:path');
  const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  return `${dirname(manifest)}/dist/`;
}

/** How many cores this machine offers; 1 when unknown. */
export async function coreCount(): Promise<number> {
  if (isNode()) return (await import('node:os')).availableParallelism();
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** `SDMJS_BACKEND`, when it is set: the device that the person at the keyboard wants. */
export function forcedByEnvironment(): string | undefined {
  return isNode() ? process.env['SDMJS_BACKEND'] || undefined : undefined;
}
