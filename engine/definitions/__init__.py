"""What may happen: packages, their versions and effective dates, the service catalogue, forms.

After deployment the database holds the truth about definitions; the files in `processes/` and `forms/`
are what ships. `bundles` names files by their digests, `packages` reads one procedure, `deployment`
checks and stores, `shelf` gives back what was in force. Nothing here acts on a case.
"""
