import json

from networks import Network, Training, begun

INIT = "he"
DEPTH = 32
SEEDS = 4
STEPS = 120
RATE = 0.05

training, found = Training(), {}
for seed in range(SEEDS):
    for family in ("plain+no-norm", "residual+no-norm", "plain", "residual"):
        network = Network(DEPTH, skip="residual" in family, norm="no-norm" not in family)
        run = training.train(begun(network, seed, INIT), seed, STEPS, RATE)
        found.setdefault(family, []).append(run)
print(json.dumps(found))
