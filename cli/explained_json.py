"""What ``explain`` says, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from codemods.data import Site

if TYPE_CHECKING:
    from codemods.explanation import Explanation, Header, SiteFacts
    from codemods.family import Family
    from codemods.touches import Touch


def explanation_json(found: Explanation) -> str:
    """The same for programs: what is not known is null, what there is none of an empty list."""
    at = found.pointed
    answer = {
        "path": str(at.path),
        "line": at.line,
        "column": at.column,
        "text": dict(found.rows).get(at.line),
        "sites": [_site_json(facts) for facts in found.sites],
        "classes": [_header_json(header) for header in found.headers],
        "hunks": [_touch_json(touch) for touch in found.touches],
        "landed": [
            {
                "phase": done.phase.number,
                "line": done.line,
                "old": done.old,
                "new": done.new,
                "reasons": done.reasons,
            }
            for done in found.done
        ],
        "notes": [note.text for note in found.notes],
        "body": [{"phase": phase.number, "lines": lines} for phase, lines in found.body],
        "later": [_touch_json(touch) for touch in found.later],
        "nearest": found.nearest and _place_json(found.nearest),
        "elsewhere": [phase.number for phase in found.elsewhere],
        "left_alone": found.scope or None,
        "record": found.landing or None,
        "refused": found.refusal or None,
    }
    return json.dumps(answer, indent=2)


def _place_json(site: Site) -> dict[str, Any]:
    fields = ("line", "column", "name", "kind", "decision", "new", "confidence", "reason")
    return {"path": str(site.path)} | {name: getattr(site, name) for name in fields}


def _site_json(facts: SiteFacts) -> dict[str, Any]:
    about, phase = facts.about, facts.phase
    receiver = {
        "text": about.text or None,
        "known": about.known and about.known.reason,
        "mypy": about.asked,
        "places": [{"path": str(o.path), "line": o.line, "text": o.text} for o in about.origins],
    }
    return {
        **_place_json(facts.site),
        "receiver": receiver,
        "classes": [_family_json(each) for each in facts.families],
        "rule": {"title": facts.rule.title, "sentence": facts.rule.sentence, "link": facts.rule.link},
        "phase": phase and {"number": phase.number, "name": phase.name, "sentence": phase.sentence},
        "hunks": [_touch_json(touch) for touch in facts.touches],
        "meanwhile": facts.meanwhile or None,
        "remedies": facts.remedies,
    }


def _family_json(found: Family) -> dict[str, Any]:
    return {
        "name": found.name,
        "part": found.part or None,
        "side": found.side,
        "phase": found.phase and found.phase.number,
        "chain": [
            {"name": a.name, "path": str(a.path), "line": a.line, "part": a.part or None, "holds": a.holds}
            for a in found.chain
        ],
        "outside": found.outside,
        "serves": found.serves,
        "carriers": found.carriers,
    }


def _header_json(header: Header) -> dict[str, Any]:
    return {
        **_family_json(header.family),
        "before": header.before or None,
        "after": header.after or None,
        "arguments": header.family.arguments,
        "rule": header.rule and header.rule.link,
    }


def _touch_json(touch: Touch) -> dict[str, Any]:
    return {
        "phase": touch.phase.number,
        "number": touch.hunk.number,
        "header": touch.hunk.header,
        "how": touch.how,
        "line": touch.line,
        "after": touch.after,
        "reasons": list(dict.fromkeys(reason.text for reason in touch.reasons)),
    }
