"""classmod's library: it migrates a class and all its descendants.

The rules of the house:

1. Find, show, write: three steps with frozen data between them. A dry run is the same run without the last.
2. Read with ``ast``, edit with LibCST, ask mypy for types. Bytes are searched first, a file is parsed when
   it may matter, LibCST parses only what is edited, once a run.
3. The result is a function of the first snapshot and the set of phases kept (``plan.plan``).
4. What an occurrence means is decided once: in code by ``meaning``, in words by ``mentions``. ``sites`` hold
   the decisions; codemods, check and reports read them. A comment of the user's (``pragmas``) makes one keep.
5. Without types a decision may only get weaker (ask), never different.
6. One door per side effect: ``files`` writes, ``process`` starts processes, ``cli`` touches the terminal.
7. A file's problem is a value, a user's mistake one MigrationError with one line, a bug a traceback.

The map, from the bottom: ``data`` and ``spec`` say what is asked for; ``text``, ``scopes``, ``sources`` and
``modules`` read Python, ``documents``, ``markdown`` and ``examples`` what is none; ``index``, ``roles``,
``sites``, ``arguments`` make a ``project`` of a snapshot; ``parsed``, ``codemod``, ``transforms``,
``source`` edit; ``phases`` and ``plan`` say what a set of phases makes of the tree; ``verify`` makes every
changed file a second time, without LibCST, and lets nothing pass that differs; ``staging``, ``gates``,
``trials`` and ``journal`` prove, land and take back; ``choice``, ``leaving`` and ``session`` leave out what
a person does not want; ``review`` and its ``hunks`` are what people look at, ``explanation`` what is known
of a place; ``status`` says how things stand, ``migrate`` does all of it in order, ``finalize`` ends it
where no ``obstacles`` are left. ``leftovers`` are what ``check`` finds, ``baseline`` those it knows of.
Where PATH only uses a hierarchy, ``hierarchy`` finds and reads it: its files are ``foreign``, go by
absolute paths, and are nothing that a project lists or changes (``using``). ``workers`` do what falls apart
into files, here or elsewhere; ``seen`` looks at a tree that the ``cache`` may know already, or another one
where nothing differs that was ``taken`` from it, for what is read is ``traced`` and ``questions`` are noted;
``outside`` is what else was read; ``large`` is a tree too large to be held. ``testing``, ``tables`` and
``written`` make the tests that the target gets.
``tests/test_house_rules.py`` holds the order of the layers.
"""

from __future__ import annotations

__version__ = "0.1.0"
