// From distances between integer copies to the float32 distances that count, and back; docs/decisions/0004 proves them.
import { Query } from './records';

/** No row whose integer distance is `t` lies further than this. */
export function mostDistance(q: Query, t: f32): f64 {
  const root = sqrt(max(<f64>t, 0) + q.slack) + q.error;
  return root * root + q.rounding;
}

/** Rows with a greater integer distance lie further than `distance`. */
export function leastBeyond(q: Query, distance: f64): f32 {
  const root = sqrt(distance + q.rounding) + q.error;
  return <f32>((root * root + q.slack) * OUTWARD);
}

/** Rows with a smaller integer distance lie nearer than `distance`. */
export function mostWithin(q: Query, distance: f64): f32 {
  const root = max(sqrt(max(distance - q.rounding, 0)) - q.error, 0);
  const bound = root * root - q.slack;
  return <f32>(bound - abs(bound) * (OUTWARD - 1));
}

/** More than the rounding of a double to float32. */
const OUTWARD: f64 = 1.0 + 1.0 / 4194304;
