"""Reading finished runs, and what they show.

Reading: data_loading, analysis, rescore (judging anew).
One run: trials (samples as columns, pass^k), intervals (how sure a mean is), statistics (everything about a run).
Two runs: pairing, bootstrap (how sure a difference is), permutation (tests), power (what a size can show), conditions
(in what runs differ beside the model), comparison (everything about two or more), sequential (when to stop).
"""
