// What the caller writes into memory for a call; src/simd/records.ts lays out the same fields in the same order.

/** A support set. Rows are padded with zeros to `stride` numbers (a multiple of 8) and to `width` rows (a multiple of 8). */
@unmanaged
export class Support {
  size: i32;
  stride: i32;
  /** Numbers of an integer copy, a multiple of 8: as many as of a row, or fewer where rows are turned. */
  depth: i32;
  width: i32;
  /** 1 when integer copies bound the distances, else every distance is computed. */
  isBounded: i32;
  /** The row that is subtracted before distances are taken `[stride]`. */
  origin: usize;
  /** The mean of the centred rows `[stride]`, which integer copies are taken around. */
  mean: usize;
  /** Centred rows `[size, stride]`, or nothing where they are looked up; their squared norms and the class of good rows `[width]`. */
  rows: usize;
  norms: usize;
  goodClasses: usize;
  /** Integer copies: panels of 8 rows, two numbers of each side by side; their squared lengths `[width]`, infinite for padding. */
  panels: usize;
  lengths: usize;
  /** Where rows that are looked up are put, LOOKED_UP_ROWS of them for each thread. */
  room: usize;
  /** `[stride]` */
  zeros: usize;
  /** The basis Q `[stride, depth]` that rows are turned by, in panels of 8 columns of Q, or nothing; and of 8 rows of it. */
  basis: usize;
  back: usize;
  /** Where a thread turns support rows, while they are packed. */
  turnings: usize;
  turningBytes: i32;
  /** What one unit of the integer copies is worth. */
  scale: f64;
  /** No integer copy lies further than this from its row. */
  error: f64;
  /** No row, and no integer copy, is longer than this. */
  reach: f64;
  integerReach: f64;
  /** The Frobenius norm of Q, and how much Q may stretch or shorten, relative. */
  basisNorm: f64;
  stretch: f64;
}

/** A query, centred, with what bounds its distances. */
@unmanaged
export class Query {
  /** `[stride]` */
  row: usize;
  norm: f32;
  /** Squared length of the integer copy, and what a product of integers is worth. */
  length: f32;
  factor: f32;
  isBounded: i32;
  prediction: i32;
  /** ε, σ and F of docs/decisions/0004: of integer copies, of the arithmetic with them, of float32 distances. */
  error: f64;
  slack: f64;
  rounding: f64;
}

export const QUERY_BYTES: i32 = offsetof<Query>();

/** Queries `[count, stride]`, raw, padded with zeros, and where their matches go `[count]`. */
@unmanaged
export class Request {
  queries: usize;
  count: i32;
  /** The first query of each chunk, ascending, and `count` `[chunks + 1]`; no chunk has more than `block`. */
  starts: usize;
  block: i32;
  predictions: usize;
  exclusions: usize;
  cap: i32;
  similarities: usize;
  nearestDistances: usize;
  /** −1 for a query with a distance that is not finite. */
  nearestIndices: usize;
  /** Room for each thread. */
  scratch: usize;
  scratchBytes: i32;
  /** Whether there is room for the integer distances of a whole block. */
  keepsDistances: i32;
}
