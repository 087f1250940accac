"""What the watching rooms share: how far they see, how a card reads, how a table leaves the house.

Called by the supervisor's, auditor's and operator's rooms. It asks no right and journals no reading.
"""
