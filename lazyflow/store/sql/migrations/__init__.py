"""How a database of an older lazyflow becomes one of this; run when it is opened."""
