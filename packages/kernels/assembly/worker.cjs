// The whole program of a worker thread, kept as text in src/generated/ so that no bundler has to find a file: it takes chunks of a task, on
// a memory that all threads share, until none is left. Runs as CommonJS in Node and as a classic worker in browsers.
'use strict';

const instances = new Map();
const RESERVED = 256 * 2 ** 20;
let setup;

function receive(message) {
  if (message.module) setup = message;
  else if (message.task) work(message);
  else forget(message);
}

// This thread allocates next to nothing, so its collector would leave a memory that nobody needs; reserving much, untouched, makes it run.
function forget(message) {
  if (!instances.delete(message.forget)) return;
  setTimeout(() => {
    try {
      new ArrayBuffer(RESERVED);
    } catch {
      // No room to reserve: then the collector has already been called.
    }
  }, 0);
}

function work({ task, parameters, counters, arena, bytes, memory, rows }) {
  if (memory) {
    const env = { memory, thread: setup.thread, fetchRows: (...place) => fetchRows(memory, rows, ...place) };
    instances.set(arena, { kernels: new WebAssembly.Instance(setup.module, { env }).exports, memory });
  }
  const known = instances.get(arena);
  // Not all of the memory can be seen from here: the others do the task.
  if (known.memory.buffer.byteLength < bytes) return;
  const { NEXT, FINISHED, TOTAL, FAILED } = setup.fields;
  const run = known.kernels[task];
  for (let chunk = Atomics.add(counters, NEXT, 1); chunk < counters[TOTAL]; chunk = Atomics.add(counters, NEXT, 1)) {
    try {
      run(...parameters, chunk, setup.thread);
    } catch {
      Atomics.store(counters, FAILED, 1);
    }
    Atomics.add(counters, FINISHED, 1);
    Atomics.notify(counters, FINISHED);
  }
}

// As fetchRows of src/simd/arena.ts.
function fetchRows({ buffer }, { data, columns, stride }, list, start, count, target) {
  const numbers = list === 0 ? undefined : new Int32Array(buffer, list, count);
  const room = new Float32Array(buffer, target, count * stride);
  if (columns < stride) room.fill(0);
  for (let i = 0; i < count; i++) {
    const from = (numbers ? numbers[i] : start + i) * columns;
    room.set(data.subarray(from, from + columns), i * stride);
  }
}

if (typeof require === 'function') require('node:worker_threads').parentPort.on('message', receive);
else self.addEventListener('message', (event) => receive(event.data));
