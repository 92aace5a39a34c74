"""Playing samples and keeping what came of them.

::

    before     preparation (everything wrong is found first), estimates (what it will take), reuse, failed and baseline
               (an earlier run that counts), continuation (one that was stopped), replay (a recorded one, from its
               journal)
    playing    run (all samples), samples (which they are; lazy_sequence), scheduler (many at once), control (what can
               be changed meanwhile), session (one), judging (its verdict), idle (when there is
               time for it), run_thread (from anywhere), started_run (in
               the background), workers (by many processes), child_processes (of this machine), results and outcomes
               (how one sample ended), reasons (why it is void)
    on disk    store (the run directory), results_file and result_lines (its results), written_results and kept_results
               (those of a run of any length; sample_keys), summary_file and told_results (in the order of a summary),
               places, whole_files, json_files, json_parts (of large ones), latest, provenance, digests (what a score
               depends on)
    numbers    numbers (all samples in columns), losses (what they lost), summary (result_summary.json), statistics
               (how sure they are), thresholds and regression (whether they are enough)
    shared     capsule (a run as one file, and playing it again: a folder of its own)
    read       run_result and stored_sample (what users of Python get), sample_frame, charts, recorded_scenarios
    explained  run_explanation (where a run lost points), sample_explanation (one sample), explained_sample (by its
               scenario as it is now), scenario_of_sample (as a scenario to begin with)
    told       markdown, junit, report_files: for other programs; what people see on a terminal is in cli
    proof      check (of a suite), proof (of a scenario), scripted_play, answers, orders, mutants, floors: without a
               model; forked (on several cores)

A number about one run that is written into its directory goes into summary, its arithmetic into statistics; what needs
several runs, or frames, goes into analysis.
"""
