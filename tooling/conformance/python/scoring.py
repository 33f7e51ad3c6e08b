"""Scores rows with a model package, once plainly and once with each support row left out in turn."""

from pathlib import Path

import numpy as np
import reexpress_sdm as sdk


def score_rows(package: Path, queries: np.ndarray) -> dict:
    model = sdk.SDMModel.load(package, device="cpu")
    count = len(model.artifact.support_records)
    plain = model.score(queries, nearest_exemplars=5)
    exclusions = [i % count for i in range(len(queries))]
    excluded = model.score(queries, nearest_exemplars=0, identity_support_indices=exclusions)
    return {
        "modelId": model.artifact.model_id,
        "plain": [score.to_dict() for score in plain],
        "exclusions": exclusions,
        "excluded": [score.to_dict() for score in excluded],
    }
