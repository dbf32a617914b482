"""The rows of a study, as CSV goes."""

from winnow.eval.report.study import Study

__all__ = ["rows_of"]


def rows_of(study: Study) -> list[dict[str, str]]:
    """A row for each set, chain and ratio, with what made it; memory and peers' versions where they are known."""
    return [
        {
            "data": name,
            **row.to_dict(),
            "peak_mib": f"{study.memory[row.chain]:.0f}" if row.chain in study.memory else "",
            "peer": ", ".join(f"{key} {version}" for key, version in study.peers.get(row.chain, {}).items()),
            **study.around,
            "command": study.command,
        }
        for name, table in study.tables.items()
        for row in table.rows()
    ]
