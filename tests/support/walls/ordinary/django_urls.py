"""The addresses that the pages of the Django site link to."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("comments/", include("django_comments.urls")),
]
