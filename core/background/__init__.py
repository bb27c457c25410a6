"""What the window has done for it: plain functions ``work(ctx, input)``, run by the controller.

Heavy libraries are imported inside the functions: the window is shown without them.
"""
