"""Static files in production: hashed names, compressed, and ES modules that import each other by hashed name."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    # A name settles after those of the file's imports: a pass for each level, when a directory lists them the wrong way
    # round. A cycle of imports never settles, whatever the number.
    max_post_process_passes = 20
