# One image for web, worker, beat and the migrate job; it runs as an ordinary user and writes only to volumes and /tmp.

FROM python:3.13-slim AS environment
RUN pip install --no-cache-dir "uv>=0.9"
WORKDIR /srv/rp-network
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-cache

FROM python:3.13-slim
ENV PATH=/srv/rp-network/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --uid 1000 --no-create-home --home-dir /tmp product
WORKDIR /srv/rp-network
COPY --from=environment /srv/rp-network/.venv .venv
COPY . .
# Collecting static files reads the settings: these values are used in this step only.
RUN RP_ENV=production SECRET_KEY=unused MATCH_KEY=unused ALLOWED_HOSTS=unused SITE_URL=https://unused SMTP_HOST=unused \
    DATABASE_URL=postgresql://unused/unused REDIS_URL=redis://unused \
    python manage.py collectstatic --noinput --verbosity 0
USER product
EXPOSE 8000
CMD ["gunicorn", "rp_network.wsgi", "--worker-class", "gthread", "--threads", "4", "--bind", "0.0.0.0:8000", "--no-control-socket"]
