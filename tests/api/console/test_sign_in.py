"""Signing in at the officers' page."""


async def test_the_whole_way(desk, invite):
    """An officer who asks for a page signs in and gets there."""
    await invite()
    asked = await desk.get("/console?page=2")
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/console/sign-in?next=%2Fconsole%3Fpage%3D2",
    )
    signed_in = await desk.sign_in(next_path="/console?page=2")
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/console?page=2")
    home = await desk.get("/console")
    assert home.status_code == 200
    assert "Lê Thị Tiếp Nhận" in home.text
