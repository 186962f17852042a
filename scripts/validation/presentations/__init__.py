"""Ten million candidates: an engine is played hard, and its journal checked by other code."""
