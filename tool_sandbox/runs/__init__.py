"""Playing samples and keeping what came of them."""
