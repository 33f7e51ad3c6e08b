// Copied into every build. Registers native TensorFlow with the TensorFlow.js that the caller imports, so that there is one
// tfjs-core in the process. The addon is loaded when the backend is first started.
const util = require('node:util');
const { device } = require('./complete.json');

exports.registerNativeTensorFlow = (tf) => {
  if (tf.findBackendFactory('tensorflow')) return;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  // Priority 0: whoever does not ask for it by name keeps what he had.
  tf.registerBackend('tensorflow', () => startBackend(tf), 0);
};

function startBackend(tf) {
  // Node 23 dropped these; tfjs-node 4.22.0 calls them.
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  // The chained methods that its kernels call; only the union package @tensorflow/tfjs registers those.
  addMethod(tf, 'toFloat', (tensor) => tf.cast(tensor, 'float32'));
  addMethod(tf, 'toInt', (tensor) => tf.cast(tensor, 'int32'));
  for (const name of ['add', 'sub', 'mul']) addMethod(tf, name, tf[name]);
  // The stand-in for @tensorflow/tfjs beside this file, filled before anything of tfjs-node asks for it.
  Object.assign(require('@tensorflow/tfjs'), tf);
  require('@tensorflow/tfjs-node/dist/register_all_kernels.js');
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js');
  const addon = require('@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
  return new NodeJSKernelBackend(addon, device === 'cuda' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node');
}

function addMethod(tf, name, compute) {
  if (name in tf.Tensor.prototype) return;
  const value = function (...rest) {
    return compute(this, ...rest);
  };
  Object.defineProperty(tf.Tensor.prototype, name, { value, configurable: true, writable: true });
}
