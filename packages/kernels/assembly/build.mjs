// Assembles the WebAssembly kernels into packages/kernels/src/generated/.
