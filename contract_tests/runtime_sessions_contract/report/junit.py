"""A report for CI, as JUnit XML."""

from xml.etree import ElementTree as ET

from runtime_sessions_contract.report.verdict import NOT_AGAIN
from runtime_sessions_contract.suite.result import Result

#: Characters that XML cannot carry, however they are written.
CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def junit(result: Result) -> str:
    """A test case for each finding, then one for each check of each operation that held."""
    tally = result.tally
    suite = ET.Element("testsuite", name="runtime-sessions-contract")
    for finding in result.findings:
        example, ground = finding.example, finding.ground
        case = ET.SubElement(suite, "testcase", classname="findings", name=_xml(finding.title))
        failure = ET.SubElement(case, "failure", message=_xml(finding.title))
        lines = [
            f"rule: {ground.says} ({ground.provenance})",
            f"expected: {example.expected}",
            f"came: {example.got}",
            f"seen: {finding.times} times, in {', '.join(finding.operations)}",
            f"by: {example.pointer}",
            *(f"not looked at because of it: {what}" for what in finding.hides),
            *([NOT_AGAIN] if example.again is False else []),
            *example.curls,
        ]
        failure.text = _xml("\n".join(lines))
    for finding, reason in result.accepted:
        case = ET.SubElement(suite, "testcase", classname="accepted", name=_xml(finding.title))
        ET.SubElement(case, "skipped", message=_xml(f"accepted: {reason}"))
    for finding in result.differences:
        case = ET.SubElement(suite, "testcase", classname="differences", name=_xml(finding.title))
        ground, example = finding.ground, finding.example
        told = (
            f"{ground.provenance}: {ground.reason} Expected {example.expected}, {example.got} came"
        )
        ET.SubElement(case, "skipped", message=_xml(told))
    held = sorted(made for made in tally.made if not tally.failed[made])
    for operation, check in held:
        ET.SubElement(suite, "testcase", classname=operation, name=check)
    for what, why in result.out_of_reach:
        ET.SubElement(
            ET.SubElement(suite, "testcase", classname="coverage", name=what),
            "skipped",
            message=why,
        )
    skipped = len(result.out_of_reach) + len(result.differences) + len(result.accepted)
    suite.attrib |= {
        "tests": str(len(suite)),
        "failures": str(len(result.findings)),
        "skipped": str(skipped),
    }
    suite.attrib["time"] = f"{sum(timing.seconds for timing in result.timings.values()):.3f}"
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _xml(text: str) -> str:
    """Text that XML can carry."""
    return text.translate(CONTROLS)
