/** An exemplar shown as evidence: a support row near the query. */
export interface NearestExemplar {
  /** Row of the support set. */
  readonly index: number;
  readonly id: string;
  /** True class, or −99 for a support row of no class. */
  readonly label: number;
  readonly prediction: number;
  readonly squaredDistance: number;
  /** Whether it counts towards q: its label, its prediction and the prediction for the query are one class. */
  readonly isGood: boolean;
  readonly document?: string;
}

/**
 * The estimate at the pessimistic end of the band around d, as the scored-row files hold it.
 * Where no region admits the row there (`regionAlpha` 0), the other fields are placeholders of full uncertainty, not a band.
 */
export interface LowerEstimate {
  /** Target accuracy of the first region that admits the row at the lower end; 0 when none does. */
  readonly regionAlpha: number;
  /** Per class: how many calibration rows of that true class have at most this q'. */
  readonly effectiveSampleSizes: readonly number[];
  /** Per class: half-width of the Dvoretzky–Kiefer–Wolfowitz band; 1 without samples. */
  readonly errors: readonly number[];
  readonly distanceLower: number;
  readonly distanceUpper: number;
  readonly probabilitiesLower: readonly number[];
  readonly probabilitiesUpper: readonly number[];
  readonly rescaledSimilarityLower: number;
}

/** The band around d at the estimator's own target accuracy; always computed. */
export interface DistanceBand {
  /** The largest half-width over the classes. */
  readonly error: number;
  readonly lower: number;
  readonly upper: number;
}

/** What the model and its exemplars say about one row, admitted or not. */
export interface EstimateEvidence {
  /** Class of the largest logit. Unchecked: act on `decision`, which only admitted estimates have. */
  readonly prediction: number;
  /** SDM probability of the predicted class, in [0, 1]. */
  readonly probability: number;
  /** SDM probability of each class. */
  readonly probabilities: readonly number[];
  readonly logits: readonly number[];
  /** Logit of the predicted class. */
  readonly magnitude: number;
  /** q: how many nearest exemplars in a row are right and agree with the prediction. */
  readonly similarity: number;
  /** Squared L2 to the nearest exemplar of any kind. */
  readonly nearestDistance: number;
  readonly nearestIndex: number;
  /** d in [0, 1]: 1 is near, 0 is far. */
  readonly distanceQuantile: number;
  /** q' = min(q, (offset + q)^probability). */
  readonly rescaledSimilarity: number;
  /** Target accuracy of the first region, from the strictest down, that admits the row; 0 when none does. */
  readonly regionAlpha: number;
  readonly lower: LowerEstimate;
  readonly distanceBand: DistanceBand;
  /** The nearest support rows, as many as asked for. */
  readonly nearestExemplars: readonly NearestExemplar[];
}

/** A row inside a region at the target accuracy: `decision` may be acted on. */
export interface Admitted extends EstimateEvidence {
  readonly admitted: true;
  readonly decision: number;
}

/** `out-of-distribution`: floor(q') at or below the limit; `no-region`: no region admits the row; `below-target`: only a laxer one does. */
export type RejectionReason = 'out-of-distribution' | 'no-region' | 'below-target';

/** A row that must not be acted on; the evidence is there for triage. */
export interface Rejected extends EstimateEvidence {
  readonly admitted: false;
  readonly reason: RejectionReason;
}

export type Estimate = Admitted | Rejected;
