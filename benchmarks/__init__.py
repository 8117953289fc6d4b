"""What a run costs, as ratios to what it cannot do without and to other tools, measured side by side.

``python -m benchmarks --target DIR`` prints a table and can write JSON and a chart; ``--help`` has the rest.

- ``processes``  the one place that starts processes, and measures them
- ``figures``    medians, spread, ratios pair by pair, and whether a goal holds
- ``comparing``  commands in turn, and the rows that come of them
- ``trees``      copies of a project, with one of them or with all in the hierarchy
- ``names``      what a spec calls old, and the classes a hierarchy has by name
- ``commands``   the command lines
- ``groups/``    what is measured; each goal of the table stands in one of them
- ``table``, ``chart``  what is shown of it
- ``floor``, ``bare``, ``clock``, ``peers/``  programs of their own that are measured, or measure

No test ever asks for a time: what holds on one machine does not on another.
"""
