from excerpt.models.training.common.curve import draw_curve

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_curve_is_a_picture(tmp_path):
    """Losses above, shares below; rows may have either."""
    history = [{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.5}, {"step": 2, "eval_f1": 0.4}]
    draw_curve(history, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(PNG)


def test_a_run_without_a_step_has_a_picture_too(tmp_path):
    """An empty one."""
    draw_curve([], tmp_path / "curve.png", {"loss": "training loss"})
    assert (tmp_path / "curve.png").read_bytes().startswith(PNG)


def test_a_curve_may_run_along_something_else_than_steps(tmp_path):
    """Without losses there is one panel, and its axis says what the rows are numbered by."""
    history = [{"questions": 100, "auc": 0.8}, {"questions": 200, "auc": 0.85}]
    draw_curve(history, tmp_path / "curve.png", {"auc": "held-out AUC"}, along="questions")
    assert (tmp_path / "curve.png").read_bytes().startswith(PNG)
