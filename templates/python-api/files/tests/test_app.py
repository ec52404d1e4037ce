from fastapi.testclient import TestClient

from app.main import VERSION, app

client = TestClient(app)


def test_it_is_well_and_tells_its_version() -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "version": VERSION}


def test_what_is_not_there_is_a_404() -> None:
    assert client.get("/nowhere").status_code == 404
