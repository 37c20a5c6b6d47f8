"""The sentences of a verdict. They claim what the numbers in them show, and nothing else."""

from resnet_viz.locale import N_

WAITING = N_("There is nothing to compare yet. Seeds finished: {done} of {seeds}.")
RUNNING = N_("The race is still running, so this may change. Seeds finished: {done} of {seeds}.")
STOPPED = N_("Seed {seed} was stopped after {plain} (plain) and {residual} (residual) of {total} steps.")
FAILED = N_("Seed {seed} gives no result: a run failed or was lost.")
UNEQUAL = N_(
    "In seed {seed} the networks were not trained equally long ({plain} steps plain, {residual} residual); "
    "only steps that both have done are compared."
)
DIVERGED_PLAIN = N_(
    "The plain network of seed {seed} diverged after {steps} steps: its loss was no longer a finite number."
)
DIVERGED_RESIDUAL = N_(
    "The residual network of seed {seed} diverged after {steps} steps: its loss was no longer a finite "
    "number."
)
PLAIN_REACHED = N_("The plain network trained to the end, to a loss of {loss}; there is no gap to state.")
RESIDUAL_REACHED = N_(
    "The residual network trained to the end, to a loss of {loss}; there is no gap to state."
)

COMPARISON = N_(
    "After {steps} steps the train loss at depth {depth} is {plain} without shortcuts and {residual} with "
    "them, a gap of {gap} (mean of the last {window} steps)."
)
COMPARISON_OF_SEEDS = N_(
    "After {steps} steps the train loss at depth {depth}, mean of {seeds} seeds, is {plain} without "
    "shortcuts and {residual} with them, a gap of {gap} (95 % interval {low} to {high})."
)
RESIDUAL_BETTER = N_(
    "The residual network trained better: the gap exceeds its uncertainty, and {margin} ({share} of the "
    "loss of guessing)."
)
PLAIN_BETTER = N_(
    "Here the plain network trained better: the gap exceeds its uncertainty, and {margin} ({share} of "
    "the loss of guessing)."
)
NO_DIFFERENCE = N_(
    "That is practically no difference: with its uncertainty it stays below {margin} ({share} of the loss of "
    "guessing)."
)
SMALL = N_(
    "That is more than chance between seeds, but practically no difference: it stays below {margin} ({share} "
    "of the loss of guessing)."
)
UNDECIDED = N_(
    "That is undecided: the losses vary too much from batch to batch to tell a gap of {margin} ({share} of "
    "the loss of guessing) from none."
)
UNDECIDED_OF_SEEDS = N_(
    "That is undecided: the seeds differ too much to tell a gap of {margin} ({share} of the loss of "
    "guessing) from none. The plain loss was the higher one in {higher} of {seeds} seeds; more seeds narrow "
    "the interval."
)

ACCURACY = N_("Test accuracy: {plain} plain, {residual} residual.")
ACCURACY_OF_SEEDS = N_(
    "Test accuracy: {plain} plain, {residual} residual, difference {gap} percentage points (95 % "
    "interval {low} to {high})."
)

BOTH_GUESS = N_(
    "Both are still near the loss of guessing, {guess}: neither has learned enough to be compared. Train "
    "longer or change the learning rate."
)
PLAIN_GUESSES = N_("The plain network has learned next to nothing: guessing has a loss of {guess}.")
SHALLOW = N_(
    "Depth {depth} is shallow: plain networks of up to 20 layers train well in published results too (He et "
    "al. 2015, Fig. 6). Try a deeper one."
)
NO_REASON = N_(
    "At depth {depth} and with these settings the shortcut did not change how well the network trains; a "
    "deeper network may show more."
)
ONE_SEED = N_(
    "This is one seed ({seed}): other initial weights and batches give other gaps, and only several seeds "
    "give an interval."
)
