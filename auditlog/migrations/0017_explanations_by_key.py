"""Explanations become a key and its values, said in the reader's language. What was written before stays as it was."""

from django.db import migrations, models

AS_WRITTEN = "as_written"
CHUNK = 1000


def keep_as_written(apps, schema_editor):
    Alert = apps.get_model("auditlog", "Alert")
    some = []
    for alert in Alert.objects.only("pk", "explanation").iterator(chunk_size=CHUNK):
        alert.explanation_key, alert.explanation_values = AS_WRITTEN, {"text": alert.explanation}
        some.append(alert)
        if len(some) == CHUNK:
            _write(Alert, some)
    _write(Alert, some)


def _write(model, some):
    model.objects.bulk_update(some, ["explanation_key", "explanation_values"])
    some.clear()


def back_to_text(apps, schema_editor):
    """The way back loses the language, not the content: the values stay readable."""
    Alert = apps.get_model("auditlog", "Alert")
    for alert in Alert.objects.iterator(chunk_size=CHUNK):
        values = alert.explanation_values
        told = values.get("text") or ", ".join(f"{name} {value}" for name, value in values.items())
        Alert.objects.filter(pk=alert.pk).update(explanation=told)


class Migration(migrations.Migration):
    dependencies = [("auditlog", "0016_access_index")]

    operations = [
        migrations.AddField("alert", "explanation_key", models.CharField(default=AS_WRITTEN, max_length=32), False),
        migrations.AddField("alert", "explanation_values", models.JSONField(default=dict)),
        migrations.AlterField("alert", "explanation", models.TextField(default="")),
        migrations.RunPython(keep_as_written, back_to_text),
        migrations.RemoveField("alert", "explanation"),
    ]
