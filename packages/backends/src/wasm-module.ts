/** What is used of `@tensorflow/tfjs-backend-wasm`. */
export interface WasmBackendModule {
  setWasmPaths(folder: string): void;
}
