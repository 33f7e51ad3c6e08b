/** What WebGPU says of the GPU and its driver. */
export interface AdapterFacts {
  readonly name: string;
  readonly isSoftware: boolean;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
}

interface GpuAdapter {
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
  };
  readonly isFallbackAdapter?: boolean;
  readonly limits: object;
  readonly features: Iterable<string>;
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
];

/** Facts about the adapter that TensorFlow.js takes; `navigator.gpu` must have been started. */
export async function adapterFacts(): Promise<AdapterFacts> {
  const { gpu } = globalThis.navigator as unknown as {
    gpu: { requestAdapter(options: object): Promise<GpuAdapter | null> };
  };
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('webgpu: no adapter');
  const { vendor, architecture, device, description } = adapter.info ?? {};
  const name = [vendor, architecture, device, description].filter(Boolean).join(' ');
  const limits = adapter.limits as Record<string, number>;
  return {
    name,
    isSoftware: adapter.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software/i.test(name),
    limits: Object.fromEntries(LIMITS.map((limit) => [limit, Number(limits[limit])])),
    features: [...adapter.features].sort(),
  };
}
