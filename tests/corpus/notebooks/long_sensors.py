# Sensor readings: simulated, repaired in place, aggregated, alarms raised.
# found: 25 tasks, 14 wide
# %%
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

plt.rcParams.update({"figure.figsize": (2, 1.5), "figure.dpi": 50})
LIMITS = {"north": (15, 25), "south": (18, 28), "roof": (-5, 45)}
# %%
@dataclass
class Alarm:
    sensor: str
    count: int
    notes: list = field(default_factory=list)

    def note(self, text):
        self.notes.append(text)
        return self
# %%
index = pd.date_range("2024-06-01", periods=240, freq="h")
# %%
hours = np.arange(240)
# %%
rng_n = np.random.default_rng(1)
north = 20 + 3 * np.sin(hours * 2 * np.pi / 24) + rng_n.normal(0, 0.5, 240)
# %%
rng_s = np.random.default_rng(2)
south = 23 + 4 * np.sin(hours * 2 * np.pi / 24) + rng_s.normal(0, 0.7, 240)
# %%
rng_r = np.random.default_rng(3)
roof = 20 + 18 * np.sin(hours * 2 * np.pi / 24) + rng_r.normal(0, 2, 240)
# %%
north[50:55] = np.nan
# %%
south[100] = 999
# %%
readings = pd.DataFrame({"north": north, "south": south, "roof": roof}, index=index)
# %%
readings.isna().sum().to_dict()
# %%
readings.describe().round(1)
# %%
readings["north"] = readings.north.interpolate()
# %%
readings.loc[readings.south > 100, "south"] = np.nan
# %%
readings["south"] = readings.south.ffill()
# %%
assert not readings.isna().any().any()
# %%
daily = readings.resample("D").mean()
# %%
daily.head(2).round(2)
# %%
profile = readings.groupby(readings.index.hour).mean()
# %%
profile.roof.idxmax(), profile.roof.idxmin()
# %%
plt.plot(profile.north)
plt.plot(profile.south)
plt.show()
# %%
smooth = readings.rolling(6).median()
# %%
spikes = (readings - smooth).abs() > 6
spikes.sum().to_dict()
# %%
alarms = []
for name, (low, high) in LIMITS.items():
    outside = ~readings[name].between(low, high)
    if outside.any():
        alarms.append(Alarm(name, int(outside.sum())))
# %%
print([(a.sensor, a.count) for a in alarms])
# %%
for alarm in alarms:
    alarm.note("checked")
# %%
loud = max(alarms, key=lambda a: a.count)
loud.note("call the engineer")
# %%
print(loud.notes, len(alarms))
# %%
degrees = {name: float(np.maximum(readings[name] - 18, 0).sum().round(1)) for name in readings}
degrees
# %%
correlation = readings.corr().round(2)
correlation
# %%
lag = [readings.north.corr(readings.south.shift(k)) for k in range(3)]
print(np.round(lag, 3))
# %%
spectrum = np.abs(np.fft.rfft(readings.roof - readings.roof.mean()))
print(240 / int(spectrum.argmax()))
# %%
night = readings.between_time("22:00", "05:00")
night.mean().round(2).to_dict()
# %%
readings["mean"] = readings.mean(axis=1)
# %%
readings.columns.tolist(), daily.columns.tolist()
# %%
forecast = profile.roof.reindex(range(24)).round(1)
forecast.iloc[:3].tolist()
# %%
summary = {"alarms": len(alarms), "warmest": daily.mean().idxmax(), "spread": round(float(readings["mean"].std()), 2)}
summary
