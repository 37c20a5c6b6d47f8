"""The sentences of a sweep's verdict. They claim what the numbers in them show, and nothing else."""

from resnet_viz.locale import N_

WAITING = N_("There is nothing to compare yet. Trainings finished: {done} of {cells}.")
RUNNING = N_("Not everything has been trained, so this may change. Trainings finished: {done} of {cells}.")
DIVERGED = N_("Diverged, and so without a final error: {cells}.")
BROKEN = N_("Failed or lost, and so without a result: {cells}.")
STOPPED = N_("Stopped, and so without a result: {cells}.")
UNEQUAL_SEEDS = N_("Not all depths have the same number of seeds; a comparison takes the seeds both have.")

FAMILIES = {"plain": N_("plain"), "residual": N_("residual")}
VARIANT = N_("{family} ({variant})")

WORSE = N_(
    "{family}: the training error gets worse with depth. It is lowest at depth {best} ({best_error}); from "
    "depth {onset} on it is clearly higher, at depth {deepest} {error}, {gap} percentage points more."
)
WORSE_OF_SEEDS = N_(
    "{family}: the training error gets worse with depth. It is lowest at depth {best} ({best_error}, mean of "
    "{seeds} seeds); from depth {onset} on it is clearly higher, at depth {deepest} {error}, {gap} "
    "percentage points more (95 % interval {low} to {high})."
)
NOT_WORSE = N_(
    "{family}: the training error does not get worse with depth. It is lowest at depth {best} "
    "({best_error}) and {error} at depth {deepest}, the deepest."
)
DEEPEST_IS_BEST = N_(
    "{family}: the training error does not get worse with depth. It is lowest at depth {best}, the deepest "
    "({best_error})."
)
UNSURE = N_(
    "{family}: whether the training error gets worse with depth is undecided. It is lowest at depth {best} "
    "({best_error}) and {error} at depth {deepest}, the deepest."
)
ONE_DEPTH = N_("{family}: one depth is finished, {best}, with a training error of {best_error}.")

GAP = N_(
    "At depth {depth} the training error is {plain} ({plain_family}) and {residual} ({residual_family})."
)
GAP_OF_SEEDS = N_(
    "At depth {depth} the training error, mean of {seeds} seeds, is {plain} ({plain_family}) and {residual} "
    "({residual_family}): {gap} percentage points between them (95 % interval {low} to {high})."
)
PLAIN_HIGHER = N_("That is a clear difference: the network without shortcuts fits its training images worse.")
PLAIN_LOWER = N_(
    "That is a clear difference: here the network without shortcuts fits its training images better."
)
NO_GAP = N_(
    "That is practically no difference: with its uncertainty it stays below {margin} percentage points."
)
GAP_UNSURE = N_(
    "That is undecided: it cannot be told from a difference of less than {margin} percentage points."
)
TEST = N_("Test error there: {plain} ({plain_family}) and {residual} ({residual_family}).")

NOT_OVERFITTING = N_(
    "The deeper network without shortcuts is worse already on the images it was trained on, so this is not "
    "overfitting."
)
HARMS_BOTH = N_(
    "Here depth harms the networks with shortcuts as well, so this is no effect of shortcuts alone."
)
NO_EFFECT = N_(
    "From depth {first} to {deepest}, in this setting, depth shows no harm to the networks without shortcuts."
)
ALL_WORSE = N_(
    "They are behind those with shortcuts all the same: add shallower networks to see where that begins."
)
SHALLOW = N_(
    "The deepest network here has {depth} layers; plain networks of up to 20 layers train well in published "
    "results too (He et al. 2015, Fig. 6). Add deeper ones."
)
UNTRAINED = N_(
    "All networks are still near the error of guessing, {guess}: they have learned too little to be "
    "compared. Train longer or change the learning rate."
)
TRAINED_OUT = N_(
    "All networks fit their training images almost completely, so depth has no room to show harm: take more "
    "training images or fewer steps."
)
NO_REASON = N_("Deeper networks, or a shorter training, may show more.")
ONE_SEED = N_(
    "This is one seed ({seed}): only noise between batches was weighed, and other initial weights and "
    "batches give other errors. Several seeds give an interval."
)
