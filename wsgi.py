"""What gunicorn serves."""

from application.web import create_app

app = create_app()
