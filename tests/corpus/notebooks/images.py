# A synthetic image through three filters.
# found: 7 tasks, 4 wide
# best: 7 tasks, 4 wide
# %%
import numpy as np
from scipy import ndimage
# %%
yy, xx = np.mgrid[:32, :32]
image = ((xx - 16) ** 2 + (yy - 16) ** 2 < 80).astype(float)
# %%
blurred = ndimage.gaussian_filter(image, 2)
print(blurred.max().round(4))
# %%
edges = np.hypot(ndimage.sobel(image, 0), ndimage.sobel(image, 1))
print((edges > 0).sum())
# %%
labels, n = ndimage.label(image)
print(n, ndimage.center_of_mass(image))
# %%
noisy = image + np.random.default_rng(0).normal(0, 0.1, image.shape)
# %%
denoised = ndimage.median_filter(noisy, 3)
print(round(float(np.abs(denoised - image).mean()), 4))
# %%
summary = {"blur": blurred.sum(), "edges": edges.max(), "noise": noisy.std()}
print({k: round(float(v), 3) for k, v in summary.items()})
