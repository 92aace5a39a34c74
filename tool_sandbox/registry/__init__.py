"""What a run is asked to do, which name plays which role, and what the roles of a run share.

::

    settings      what a run is asked to do
    agent_rules   which agent plays which of the scenarios
    options       declaring settings: what they mean and how they are written
    sample        what is played once, and by whom
    sources       the scenarios and tools of a run, bundled or the user's own
    packs         installed packages that offer scenarios and tools under a name
    objects       roles, tools and scenarios that have no name
    keywords      what a call of the front door asks for, as settings and objects
    names         from a name to the factory it means
    factories     what makes a role for every sample
    callables     roles that a function or a class makes
    catalogue     the names of the original and of well-known models
    cast          the factories of one run, and which scenario is played by which
    probed_models from names to the models that they mean, ready to be probed
    run_resources ledger, journal, cache, layers and local servers of a run
    replay_resources the journal of a recorded run in their place
    model_config  which settings concern models, and how they become the configuration of one
    effects       which settings can have an effect with which kind of role
"""
