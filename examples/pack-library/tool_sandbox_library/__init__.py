"""The desk of a public library: members, books, loans and fees, and what people want there."""
