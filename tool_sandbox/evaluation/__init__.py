"""How a score comes from a trajectory: columns, rows, tables, milestones, matching.

::

    columns → targets → snapshots, traces → constraints → similarity → problem → search → matching → result
      cells     rows        whole tables     milestones    at one        as numbers   the best     the score
                                                           message                    assignment

Beside them: ``tables`` and ``float32`` (what is compared, and in which precision), ``rouge`` and ``stemmer`` (texts),
``assignment`` (rows to rows), ``graph``, ``branches`` and ``optimum`` (milestones to messages).
"""
