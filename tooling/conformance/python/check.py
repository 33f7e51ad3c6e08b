"""Validates a model package that sdm.js wrote, scores the rows of rows.json with it, and writes the scores."""

import json
import sys
from pathlib import Path

import numpy as np
import reexpress_sdm as sdk

from scoring import score_rows

if __name__ == "__main__":
    folder, package, target = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    sdk.validate_artifact(sdk.load_artifact(package))
    queries = np.array(json.loads((folder / "rows.json").read_text())["queries"], dtype=np.float32)
    scores = score_rows(package, queries)
    recalibrated = sdk.recalibrate_artifact(sdk.load_artifact(package), alpha_resolution=0.05)
    scores["recalibratedRegions"] = [float(region.alpha) for region in recalibrated.regions]
    target.write_text(json.dumps(scores))
