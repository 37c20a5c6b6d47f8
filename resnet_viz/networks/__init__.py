"""Networks built from a `NetworkSpec`: they know nothing of data, training or plots."""
