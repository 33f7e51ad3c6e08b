/** A page as a site may serve it. */
export interface Situation {
  readonly headers: Readonly<Record<string, string>>;
  /** Whether everything runs in a worker of the page. @default false */
  readonly inWorker?: boolean;
  /** What must be there: threads with the caller's among them, and which kernels. */
  readonly threads: 1 | 3;
  readonly kernels: 'simd' | 'plain';
}

const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const STRICT = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const withPolicy = (policy: string) => ({ ...ISOLATION, 'content-security-policy': policy });

export const situations: Readonly<Record<string, Situation>> = {
  isolated: { headers: ISOLATION, threads: 3, kernels: 'simd' },
  'isolated, in a worker of the page': { headers: ISOLATION, inWorker: true, threads: 3, kernels: 'simd' },
  'isolated, a strict policy that lets workers start': {
    headers: withPolicy(`${STRICT}; worker-src blob:`),
    threads: 3,
    kernels: 'simd',
  },
  'isolated, a policy without worker-src blob:': { headers: withPolicy(STRICT), threads: 1, kernels: 'simd' },
  'isolated, trusted types': {
    headers: withPolicy("require-trusted-types-for 'script'"),
    threads: 1,
    kernels: 'simd',
  },
  'isolated, a policy against WebAssembly': {
    headers: withPolicy("script-src 'self'; worker-src blob:"),
    threads: 1,
    kernels: 'plain',
  },
  'not isolated': { headers: {}, threads: 1, kernels: 'simd' },
};
