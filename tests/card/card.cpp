// Guards and hooks through which torch's C++ asks for devices: they say that a pretended one is present.
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/detail/MPSHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <new>

using c10::Device;
using c10::DeviceIndex;
using c10::DeviceType;
using c10::Stream;

static DeviceType present = DeviceType::CPU;

template <DeviceType kind>
struct Guard final : c10::impl::NoOpDeviceGuardImpl<kind> {
  Device getDevice() const override { return {kind, 0}; }
  Device exchangeDevice(Device) const override { return getDevice(); }
  Stream getStream(Device) const noexcept override { return Stream(Stream::DEFAULT, getDevice()); }
  Stream exchangeStream(Stream) const noexcept override { return getStream(getDevice()); }
};

template <typename Interface, DeviceType kind>
struct Hooks : Interface {
  bool isBuilt() const override { return present == kind; }
  bool hasPrimaryContext(DeviceIndex) const override { return present == kind; }
  DeviceIndex deviceCount() const override { return present == kind; }
};
struct CudaHooks final : Hooks<at::CUDAHooksInterface, DeviceType::CUDA> {
  bool hasCUDA() const override { return isBuilt(); }
};
struct MpsHooks final : Hooks<at::MPSHooksInterface, DeviceType::MPS> {
  bool hasMPS() const override { return isBuilt(); }
};

static Guard<DeviceType::CUDA> cuda_guard;
static Guard<DeviceType::MPS> mps_guard;

// torch made its hooks when it was imported, and keeps references to them. They have no members: these take their place.
template <typename Replacement, typename Interface>
void replace(const Interface& hooks) {
  static_assert(sizeof(Replacement) == sizeof(Interface));
  new (const_cast<Interface*>(&hooks)) Replacement();
}

extern "C" void set_device(int type) {
  present = static_cast<DeviceType>(type);
  replace<CudaHooks>(at::detail::getCUDAHooks());
  replace<MpsHooks>(at::detail::getMPSHooks());
  c10::impl::device_guard_impl_registry[static_cast<int>(DeviceType::CUDA)] = &cuda_guard;
  c10::impl::device_guard_impl_registry[static_cast<int>(DeviceType::MPS)] = &mps_guard;
}
