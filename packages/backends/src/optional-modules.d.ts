// Optional peers that need not be installed when this package is built.
declare module '@tensorflow/tfjs-backend-webgpu';
