%class.anon.4 = type { i8 }
%class.anon.5 = type { i8 }
%class.anon = type { ptr, i64 }
%class.anon.0 = type { ptr }
%struct.Product = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, [64 x i64] }
%class.anon.10 = type { ptr, i64 }
%class.anon.11 = type { ptr }
%struct.Rounded = type { ptr, ptr }
%struct.Anywhere = type { <8 x i16> }
%struct.Anywhere.1 = type { <8 x i16> }
%struct.Anywhere.2 = type { <16 x i8> }
%struct.Anywhere.3 = type { <16 x i16> }
%struct.Sequence = type { i8 }
%struct.Sequence.7 = type { i8 }
%struct.Sequence.8 = type { i8 }
%struct.Anywhere.9 = type { <2 x i16> }
%struct.Anywhere.12 = type { <8 x float> }
%struct.Anywhere.13 = type { <2 x float> }
$_ZN7RoundedC2EPK7Productl = comdat any
@_ZL4even = internal constant %class.anon.4 undef, align 1
@_ZL3odd = internal constant %class.anon.5 undef, align 1
define void @run_int8(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int8, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
declare void @GOMP_parallel(ptr noundef, ptr noundef, i32 noundef, i32 noundef) #1
define void @int8(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  call void @_ZL8multiplyItEvP7Product(ptr noundef %3)
  ret void
}
define internal void @_ZL8multiplyItEvP7Product(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  %4 = alloca %class.anon, align 8
  %5 = alloca %class.anon.0, align 8
  store ptr %0, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = getelementptr inbounds nuw %struct.Product, ptr %6, i32 0, i32 8
  %8 = load i64, ptr %7, align 8
  %9 = add nsw i64 %8, 2048
  %10 = sub nsw i64 %9, 1
  %11 = sdiv i64 %10, 2048
  store i64 %11, ptr %3, align 8
  %12 = load ptr, ptr %2, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = load i64, ptr %3, align 8
  %16 = mul nsw i64 %14, %15
  %17 = getelementptr inbounds nuw %class.anon, ptr %4, i32 0, i32 0
  %18 = load ptr, ptr %2, align 8
  store ptr %18, ptr %17, align 8
  %19 = getelementptr inbounds nuw %class.anon, ptr %4, i32 0, i32 1
  %20 = load i64, ptr %3, align 8
  store i64 %20, ptr %19, align 8
  %21 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 0
  %22 = load ptr, ptr %21, align 8
  %23 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 1
  %24 = load i64, ptr %23, align 8
  call void @_ZL5shareIZL8multiplyItEvP7ProductEUllE_EvlT_(i64 noundef %16, ptr %22, i64 %24)
  %25 = load ptr, ptr %2, align 8
  %26 = load ptr, ptr %2, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 9
  %28 = load i64, ptr %27, align 8
  %29 = add nsw i64 %28, 32
  %30 = sub nsw i64 %29, 1
  %31 = sdiv i64 %30, 32
  %32 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %33 = load ptr, ptr %2, align 8
  store ptr %33, ptr %32, align 8
  %34 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %35 = load ptr, ptr %34, align 8
  call void @_ZL10take_tilesIZL8multiplyItEvP7ProductEUllE0_EvS2_lT_(ptr noundef %25, i64 noundef %31, ptr %35)
  ret void
}
define void @run_int8_wide(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int8_wide, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
define void @int8_wide(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  call void @_ZL8multiplyIfEvP7Product(ptr noundef %3)
  ret void
}
define internal void @_ZL8multiplyIfEvP7Product(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  %4 = alloca %class.anon.10, align 8
  %5 = alloca %class.anon.11, align 8
  store ptr %0, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = getelementptr inbounds nuw %struct.Product, ptr %6, i32 0, i32 8
  %8 = load i64, ptr %7, align 8
  %9 = add nsw i64 %8, 2048
  %10 = sub nsw i64 %9, 1
  %11 = sdiv i64 %10, 2048
  store i64 %11, ptr %3, align 8
  %12 = load ptr, ptr %2, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = load i64, ptr %3, align 8
  %16 = mul nsw i64 %14, %15
  %17 = getelementptr inbounds nuw %class.anon.10, ptr %4, i32 0, i32 0
  %18 = load ptr, ptr %2, align 8
  store ptr %18, ptr %17, align 8
  %19 = getelementptr inbounds nuw %class.anon.10, ptr %4, i32 0, i32 1
  %20 = load i64, ptr %3, align 8
  store i64 %20, ptr %19, align 8
  %21 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 0
  %22 = load ptr, ptr %21, align 8
  %23 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 1
  %24 = load i64, ptr %23, align 8
  call void @_ZL5shareIZL8multiplyIfEvP7ProductEUllE_EvlT_(i64 noundef %16, ptr %22, i64 %24)
  %25 = load ptr, ptr %2, align 8
  %26 = load ptr, ptr %2, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 9
  %28 = load i64, ptr %27, align 8
  %29 = add nsw i64 %28, 32
  %30 = sub nsw i64 %29, 1
  %31 = sdiv i64 %30, 32
  %32 = getelementptr inbounds nuw %class.anon.11, ptr %5, i32 0, i32 0
  %33 = load ptr, ptr %2, align 8
  store ptr %33, ptr %32, align 8
  %34 = getelementptr inbounds nuw %class.anon.11, ptr %5, i32 0, i32 0
  %35 = load ptr, ptr %34, align 8
  call void @_ZL10take_tilesIZL8multiplyIfEvP7ProductEUllE0_EvS2_lT_(ptr noundef %25, i64 noundef %31, ptr %35)
  ret void
}
define internal void @_ZL5shareIZL8multiplyItEvP7ProductEUllE_EvlT_(i64 noundef %0, ptr %1, i64 %2) #2 {
  %4 = alloca %class.anon, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 0
  store ptr %1, ptr %10, align 8
  %11 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 1
  store i64 %2, ptr %11, align 8
  store i64 %0, ptr %5, align 8
  %12 = call i32 @omp_get_thread_num()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = call i32 @omp_get_num_threads()
  %15 = sext i32 %14 to i64
  store i64 %15, ptr %7, align 8
  %16 = load i64, ptr %5, align 8
  %17 = load i64, ptr %6, align 8
  %18 = add nsw i64 %17, 1
  %19 = mul nsw i64 %16, %18
  %20 = load i64, ptr %7, align 8
  %21 = sdiv i64 %19, %20
  store i64 %21, ptr %8, align 8
  %22 = load i64, ptr %5, align 8
  %23 = load i64, ptr %6, align 8
  %24 = mul nsw i64 %22, %23
  %25 = load i64, ptr %7, align 8
  %26 = sdiv i64 %24, %25
  store i64 %26, ptr %9, align 8
  br label %27
27:                                               ; preds = %34, %3
  %28 = load i64, ptr %9, align 8
  %29 = load i64, ptr %8, align 8
  %30 = icmp slt i64 %28, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %27
  br label %37
32:                                               ; preds = %27
  %33 = load i64, ptr %9, align 8
  call void @_ZZL8multiplyItEvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(16) %4, i64 noundef %33)
  br label %34
34:                                               ; preds = %32
  %35 = load i64, ptr %9, align 8
  %36 = add nsw i64 %35, 1
  store i64 %36, ptr %9, align 8
  br label %27, !llvm.loop !6
37:                                               ; preds = %31
  ret void
}
define internal void @_ZL10take_tilesIZL8multiplyItEvP7ProductEUllE0_EvS2_lT_(ptr noundef %0, i64 noundef %1, ptr %2) #2 {
  %4 = alloca %class.anon.0, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  %17 = alloca i64, align 8
  %18 = getelementptr inbounds nuw %class.anon.0, ptr %4, i32 0, i32 0
  store ptr %2, ptr %18, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  %19 = call i32 @omp_get_num_threads()
  %20 = sext i32 %19 to i64
  %21 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef 64)
  store i64 %21, ptr %7, align 8
  %22 = call i32 @omp_get_thread_num()
  %23 = sext i32 %22 to i64
  store i64 %23, ptr %8, align 8
  %24 = load i64, ptr %8, align 8
  %25 = load i64, ptr %7, align 8
  %26 = icmp slt i64 %24, %25
  br i1 %26, label %27, label %32
27:                                               ; preds = %3
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 13
  %30 = load i64, ptr %8, align 8
  %31 = getelementptr inbounds [64 x i64], ptr %29, i64 0, i64 %30
  store i64 0, ptr %31, align 8
  br label %32
32:                                               ; preds = %27, %3
  call void @GOMP_barrier()
  store i64 0, ptr %9, align 8
  br label %33
33:                                               ; preds = %81, %32
  %34 = load i64, ptr %9, align 8
  %35 = load i64, ptr %7, align 8
  %36 = icmp slt i64 %34, %35
  br i1 %36, label %38, label %37
37:                                               ; preds = %33
  br label %84
38:                                               ; preds = %33
  %39 = load i64, ptr %8, align 8
  %40 = load i64, ptr %9, align 8
  %41 = add nsw i64 %39, %40
  %42 = load i64, ptr %7, align 8
  %43 = srem i64 %41, %42
  store i64 %43, ptr %10, align 8
  %44 = load i64, ptr %6, align 8
  %45 = load i64, ptr %10, align 8
  %46 = mul nsw i64 %44, %45
  %47 = load i64, ptr %7, align 8
  %48 = sdiv i64 %46, %47
  store i64 %48, ptr %11, align 8
  %49 = load i64, ptr %6, align 8
  %50 = load i64, ptr %10, align 8
  %51 = add nsw i64 %50, 1
  %52 = mul nsw i64 %49, %51
  %53 = load i64, ptr %7, align 8
  %54 = sdiv i64 %52, %53
  store i64 %54, ptr %12, align 8
  %55 = load ptr, ptr %5, align 8
  %56 = getelementptr inbounds nuw %struct.Product, ptr %55, i32 0, i32 13
  %57 = getelementptr inbounds [64 x i64], ptr %56, i64 0, i64 0
  %58 = load i64, ptr %10, align 8
  %59 = getelementptr inbounds i64, ptr %57, i64 %58
  store ptr %59, ptr %13, align 8
  br label %60
60:                                               ; preds = %79, %38
  %61 = load ptr, ptr %13, align 8
  %62 = load atomic i64, ptr %61 monotonic, align 8
  store i64 %62, ptr %15, align 8
  %63 = load i64, ptr %15, align 8
  %64 = load i64, ptr %12, align 8
  %65 = load i64, ptr %11, align 8
  %66 = sub nsw i64 %64, %65
  %67 = icmp slt i64 %63, %66
  br i1 %67, label %68, label %80
68:                                               ; preds = %60
  %69 = load i64, ptr %11, align 8
  %70 = load ptr, ptr %13, align 8
  store i64 1, ptr %16, align 8
  %71 = load i64, ptr %16, align 8
  %72 = atomicrmw add ptr %70, i64 %71 monotonic, align 8
  store i64 %72, ptr %17, align 8
  %73 = load i64, ptr %17, align 8
  %74 = add nsw i64 %69, %73
  store i64 %74, ptr %14, align 8
  %75 = load i64, ptr %12, align 8
  %76 = icmp slt i64 %74, %75
  br i1 %76, label %77, label %79
77:                                               ; preds = %68
  %78 = load i64, ptr %14, align 8
  call void @_ZZL8multiplyItEvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(8) %4, i64 noundef %78)
  br label %79
79:                                               ; preds = %77, %68
  br label %60, !llvm.loop !8
80:                                               ; preds = %60
  br label %81
81:                                               ; preds = %80
  %82 = load i64, ptr %9, align 8
  %83 = add nsw i64 %82, 1
  store i64 %83, ptr %9, align 8
  br label %33, !llvm.loop !9
84:                                               ; preds = %37
  ret void
}
declare i32 @omp_get_thread_num() #1
declare i32 @omp_get_num_threads() #1
define internal void @_ZZL8multiplyItEvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(16) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon, ptr %5, i32 0, i32 1
  %10 = load i64, ptr %9, align 8
  %11 = sdiv i64 %8, %10
  %12 = load i64, ptr %4, align 8
  %13 = getelementptr inbounds nuw %class.anon, ptr %5, i32 0, i32 1
  %14 = load i64, ptr %13, align 8
  %15 = srem i64 %12, %14
  %16 = mul nsw i64 %15, 2048
  call void @_ZL5roundItEvPK7Productll(ptr noundef %7, i64 noundef %11, i64 noundef %16)
  ret void
}
define internal void @_ZL5roundItEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #5 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca %struct.Rounded, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca <8 x float>, align 32
  %11 = alloca i64, align 8
  %12 = alloca float, align 4
  %13 = alloca float, align 4
  %14 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %15 = load ptr, ptr %4, align 8
  %16 = load i64, ptr %5, align 8
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %7, ptr noundef %15, i64 noundef %16)
  %17 = load ptr, ptr %4, align 8
  %18 = getelementptr inbounds nuw %struct.Product, ptr %17, i32 0, i32 3
  %19 = load ptr, ptr %18, align 8
  %20 = load i64, ptr %5, align 8
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 8
  %23 = load i64, ptr %22, align 8
  %24 = mul nsw i64 %20, %23
  %25 = getelementptr inbounds i16, ptr %19, i64 %24
  store ptr %25, ptr %8, align 8
  %26 = load i64, ptr %6, align 8
  %27 = add nsw i64 %26, 2048
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 8
  %30 = load i64, ptr %29, align 8
  %31 = call noundef i64 @_ZL5leastll(i64 noundef %27, i64 noundef %30)
  store i64 %31, ptr %9, align 8
  store <8 x float> zeroinitializer, ptr %10, align 32
  %32 = load i64, ptr %6, align 8
  store i64 %32, ptr %11, align 8
  br label %33
33:                                               ; preds = %46, %3
  %34 = load i64, ptr %11, align 8
  %35 = load i64, ptr %9, align 8
  %36 = icmp slt i64 %34, %35
  br i1 %36, label %38, label %37
37:                                               ; preds = %33
  br label %49
38:                                               ; preds = %33
  %39 = load ptr, ptr %8, align 8
  %40 = load i64, ptr %11, align 8
  %41 = getelementptr inbounds i16, ptr %39, i64 %40
  %42 = call noundef <8 x float> @_ZL4wideILi8EEDvmlLm4ET__fPKt(ptr noundef %41)
  %43 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %42)
  %44 = load <8 x float>, ptr %10, align 32
  %45 = call <8 x float> @llvm.maximum.v8f32(<8 x float> %43, <8 x float> %44)
  store <8 x float> %45, ptr %10, align 32
  br label %46
46:                                               ; preds = %38
  %47 = load i64, ptr %11, align 8
  %48 = add nsw i64 %47, 8
  store i64 %48, ptr %11, align 8
  br label %33, !llvm.loop !10
49:                                               ; preds = %37
  %50 = load <8 x float>, ptr %10, align 32
  %51 = call float @llvm.vector.reduce.fmaximum.v8f32(<8 x float> %50)
  %52 = fdiv float %51, 3.276700e+04
  store float %52, ptr %12, align 4
  %53 = load float, ptr %12, align 4
  %54 = fcmp olt float %53, 0x3810000000000000
  br i1 %54, label %55, label %56
55:                                               ; preds = %49
  br label %58
56:                                               ; preds = %49
  %57 = load float, ptr %12, align 4
  br label %58
58:                                               ; preds = %56, %55
  %59 = phi float [ 0x3810000000000000, %55 ], [ %57, %56 ]
  store float %59, ptr %13, align 4
  %60 = load float, ptr %13, align 4
  %61 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 1
  %62 = load ptr, ptr %61, align 8
  %63 = load i64, ptr %6, align 8
  %64 = sdiv i64 %63, 2048
  %65 = getelementptr inbounds float, ptr %62, i64 %64
  store float %60, ptr %65, align 4
  %66 = load i64, ptr %6, align 8
  store i64 %66, ptr %14, align 8
  br label %67
67:                                               ; preds = %86, %58
  %68 = load i64, ptr %14, align 8
  %69 = load i64, ptr %9, align 8
  %70 = icmp slt i64 %68, %69
  br i1 %70, label %72, label %71
71:                                               ; preds = %67
  br label %89
72:                                               ; preds = %67
  %73 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 0
  %74 = load ptr, ptr %73, align 8
  %75 = load i64, ptr %14, align 8
  %76 = getelementptr inbounds i16, ptr %74, i64 %75
  %77 = load ptr, ptr %8, align 8
  %78 = load i64, ptr %14, align 8
  %79 = getelementptr inbounds i16, ptr %77, i64 %78
  %80 = call noundef <8 x float> @_ZL4wideILi8EEDvmlLm4ET__fPKt(ptr noundef %79)
  %81 = load float, ptr %13, align 4
  %82 = fdiv float 1.000000e+00, %81
  %83 = insertelement <8 x float> poison, float %82, i64 0
  %84 = shufflevector <8 x float> %83, <8 x float> poison, <8 x i32> zeroinitializer
  %85 = fmul <8 x float> %80, %84
  call void @_ZL11put_roundedIsEvPT_Dv8_f(ptr noundef %76, <8 x float> noundef %85)
  br label %86
86:                                               ; preds = %72
  %87 = load i64, ptr %14, align 8
  %88 = add nsw i64 %87, 8
  store i64 %88, ptr %14, align 8
  br label %67, !llvm.loop !11
89:                                               ; preds = %71
  ret void
}
define linkonce_odr void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %0, ptr noundef %1, i64 noundef %2) unnamed_addr #0 comdat align 2 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = load ptr, ptr %5, align 8
  %9 = getelementptr inbounds nuw %struct.Product, ptr %8, i32 0, i32 5
  %10 = load ptr, ptr %9, align 8
  %11 = load i64, ptr %6, align 8
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 8
  %14 = load i64, ptr %13, align 8
  %15 = mul nsw i64 %11, %14
  %16 = getelementptr inbounds i16, ptr %10, i64 %15
  %17 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 0
  store ptr %16, ptr %17, align 8
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.Product, ptr %18, i32 0, i32 5
  %20 = load ptr, ptr %19, align 8
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 7
  %23 = load i64, ptr %22, align 8
  %24 = load ptr, ptr %5, align 8
  %25 = getelementptr inbounds nuw %struct.Product, ptr %24, i32 0, i32 8
  %26 = load i64, ptr %25, align 8
  %27 = mul nsw i64 %23, %26
  %28 = getelementptr inbounds i16, ptr %20, i64 %27
  %29 = load i64, ptr %6, align 8
  %30 = load ptr, ptr %5, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 8
  %32 = load i64, ptr %31, align 8
  %33 = add nsw i64 %32, 2048
  %34 = sub nsw i64 %33, 1
  %35 = sdiv i64 %34, 2048
  %36 = mul nsw i64 %29, %35
  %37 = getelementptr inbounds float, ptr %28, i64 %36
  %38 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 1
  store ptr %37, ptr %38, align 8
  ret void
}
define internal noundef i64 @_ZL5leastll(i64 noundef %0, i64 noundef %1) #2 {
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  store i64 %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load i64, ptr %3, align 8
  %6 = load i64, ptr %4, align 8
  %7 = icmp slt i64 %5, %6
  br i1 %7, label %8, label %10
8:                                                ; preds = %2
  %9 = load i64, ptr %3, align 8
  br label %12
10:                                               ; preds = %2
  %11 = load i64, ptr %4, align 8
  br label %12
12:                                               ; preds = %10, %8
  %13 = phi i64 [ %9, %8 ], [ %11, %10 ]
  ret i64 %13
}
define internal noundef <8 x float> @_ZL4wideILi8EEDvmlLm4ET__fPKt(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <8 x i16> @_ZL4loadIDv8_tET_PKv(ptr noundef %3)
  %5 = zext <8 x i16> %4 to <8 x i32>
  %6 = shl <8 x i32> %5, splat (i32 16)
  %7 = bitcast <8 x i32> %6 to <8 x float>
  ret <8 x float> %7
}
declare <8 x float> @llvm.fabs.v8f32(<8 x float>) #6
declare <8 x float> @llvm.maximum.v8f32(<8 x float>, <8 x float>) #6
declare float @llvm.vector.reduce.fmaximum.v8f32(<8 x float>) #7
define internal void @_ZL11put_roundedIsEvPT_Dv8_f(ptr noundef %0, <8 x float> noundef %1) #5 {
  %3 = alloca ptr, align 8
  %4 = alloca <8 x float>, align 32
  store ptr %0, ptr %3, align 8
  store <8 x float> %1, ptr %4, align 32
  %5 = load <8 x float>, ptr %4, align 32
  %6 = load <8 x float>, ptr %4, align 32
  %7 = fcmp une <8 x float> %5, %6
  %8 = sext <8 x i1> %7 to <8 x i32>
  %9 = load <8 x float>, ptr %4, align 32
  %10 = call <8 x float> @llvm.rint.v8f32(<8 x float> %9)
  %11 = icmp ne <8 x i32> %8, zeroinitializer
  %12 = select <8 x i1> %11, <8 x float> zeroinitializer, <8 x float> %10
  store <8 x float> %12, ptr %4, align 32
  %13 = load ptr, ptr %3, align 8
  %14 = load <8 x float>, ptr %4, align 32
  %15 = fptosi <8 x float> %14 to <8 x i32>
  %16 = trunc <8 x i32> %15 to <8 x i16>
  call void @_ZL3putIDv8_sEvPvT_(ptr noundef %13, <8 x i16> noundef %16)
  ret void
}
define internal noundef <8 x i16> @_ZL4loadIDv8_tET_PKv(ptr noundef %0) #8 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere, ptr %3, i32 0, i32 0
  %5 = load <8 x i16>, ptr %4, align 1
  ret <8 x i16> %5
}
declare <8 x float> @llvm.rint.v8f32(<8 x float>) #6
define internal void @_ZL3putIDv8_sEvPvT_(ptr noundef %0, <8 x i16> noundef %1) #8 {
  %3 = alloca ptr, align 8
  %4 = alloca <8 x i16>, align 16
  store ptr %0, ptr %3, align 8
  store <8 x i16> %1, ptr %4, align 16
  %5 = load <8 x i16>, ptr %4, align 16
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere.1, ptr %6, i32 0, i32 0
  store <8 x i16> %5, ptr %7, align 1
  ret void
}
declare void @GOMP_barrier() #1
define internal void @_ZZL8multiplyItEvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = mul nsw i64 %8, 32
  call void @_ZL4tileItLi6EEvPK7Productll(ptr noundef %7, i64 noundef 0, i64 noundef %9)
  ret void
}
define internal void @_ZL4tileItLi6EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 6
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockItLi6EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 2
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !12
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 6
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !13
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileItLi4EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal void @_ZL5blockItLi6EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [6 x <2 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [6 x [2 x <8 x i32>]], align 32
  %12 = alloca i64, align 8
  %13 = alloca [2 x <16 x i16>], align 32
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <16 x i16>, align 32
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca <2 x float>, align 8
  %22 = alloca %struct.Rounded, align 8
  %23 = alloca <2 x float>, align 8
  %24 = alloca <2 x float>, align 8
  %25 = alloca <2 x float>, align 8
  %26 = alloca <2 x float>, align 8
  %27 = alloca <2 x float>, align 8
  %28 = alloca <2 x float>, align 8
  %29 = alloca <2 x float>, align 8
  %30 = alloca <2 x float>, align 8
  %31 = alloca i32, align 4
  %32 = alloca <2 x float>, align 8
  %33 = alloca <2 x float>, align 8
  %34 = alloca <2 x float>, align 8
  %35 = alloca <2 x float>, align 8
  %36 = alloca <2 x float>, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %37 = load ptr, ptr %4, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %6, align 8
  %41 = load ptr, ptr %4, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = getelementptr inbounds i8, ptr %39, i64 %44
  store ptr %45, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 48, i1 false)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %185, %3
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %4, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 8
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  store i32 2, ptr %10, align 4
  br label %188
53:                                               ; preds = %46
  call void @llvm.memset.p0.i64(ptr align 32 %11, i8 0, i64 384, i1 false)
  %54 = load i64, ptr %9, align 8
  store i64 %54, ptr %12, align 8
  br label %55
55:                                               ; preds = %140, %53
  %56 = load i64, ptr %12, align 8
  %57 = load i64, ptr %9, align 8
  %58 = add nsw i64 %57, 2048
  %59 = load ptr, ptr %4, align 8
  %60 = getelementptr inbounds nuw %struct.Product, ptr %59, i32 0, i32 8
  %61 = load i64, ptr %60, align 8
  %62 = call noundef i64 @_ZL5leastll(i64 noundef %58, i64 noundef %61)
  %63 = icmp slt i64 %56, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %55
  store i32 5, ptr %10, align 4
  br label %143
65:                                               ; preds = %55
  store i32 0, ptr %14, align 4
  br label %66
66:                                               ; preds = %89, %65
  %67 = load i32, ptr %14, align 4
  %68 = icmp slt i32 %67, 2
  br i1 %68, label %70, label %69
69:                                               ; preds = %66
  store i32 8, ptr %10, align 4
  br label %92
70:                                               ; preds = %66
  %71 = load ptr, ptr %7, align 8
  %72 = load i32, ptr %14, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 8
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i8, ptr %71, i64 %77
  %79 = load i64, ptr %12, align 8
  %80 = getelementptr inbounds i8, ptr %78, i64 %79
  store ptr %80, ptr %15, align 8
  %81 = load ptr, ptr %15, align 8
  %82 = getelementptr inbounds i8, ptr %81, i64 4096
  call void @llvm.prefetch.p0(ptr %82, i32 0, i32 3, i32 1)
  %83 = load ptr, ptr %15, align 8
  %84 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %83)
  %85 = sext <16 x i8> %84 to <16 x i16>
  %86 = load i32, ptr %14, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %87
  store <16 x i16> %85, ptr %88, align 32
  br label %89
89:                                               ; preds = %70
  %90 = load i32, ptr %14, align 4
  %91 = add nsw i32 %90, 1
  store i32 %91, ptr %14, align 4
  br label %66, !llvm.loop !14
92:                                               ; preds = %69
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %136, %92
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 6
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %10, align 4
  br label %139
97:                                               ; preds = %93
  %98 = load ptr, ptr %4, align 8
  %99 = load i64, ptr %5, align 8
  %100 = load i32, ptr %16, align 4
  %101 = sext i32 %100 to i64
  %102 = add nsw i64 %99, %101
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %98, i64 noundef %102)
  %103 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %104 = load ptr, ptr %103, align 8
  %105 = load i64, ptr %12, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %106)
  store <16 x i16> %107, ptr %17, align 32
  store i32 0, ptr %19, align 4
  br label %108
108:                                              ; preds = %132, %97
  %109 = load i32, ptr %19, align 4
  %110 = icmp slt i32 %109, 2
  br i1 %110, label %112, label %111
111:                                              ; preds = %108
  store i32 14, ptr %10, align 4
  br label %135
112:                                              ; preds = %108
  %113 = load i32, ptr %16, align 4
  %114 = sext i32 %113 to i64
  %115 = getelementptr inbounds [6 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %114
  %116 = load i32, ptr %19, align 4
  %117 = sext i32 %116 to i64
  %118 = getelementptr inbounds [2 x <8 x i32>], ptr %115, i64 0, i64 %117
  %119 = load <8 x i32>, ptr %118, align 32
  %120 = load i32, ptr %19, align 4
  %121 = sext i32 %120 to i64
  %122 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %121
  %123 = load <16 x i16>, ptr %122, align 32
  %124 = load <16 x i16>, ptr %17, align 32
  %125 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %119, <16 x i16> noundef %123, <16 x i16> noundef %124)
  %126 = load i32, ptr %16, align 4
  %127 = sext i32 %126 to i64
  %128 = getelementptr inbounds [6 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %127
  %129 = load i32, ptr %19, align 4
  %130 = sext i32 %129 to i64
  %131 = getelementptr inbounds [2 x <8 x i32>], ptr %128, i64 0, i64 %130
  store <8 x i32> %125, ptr %131, align 32
  br label %132
132:                                              ; preds = %112
  %133 = load i32, ptr %19, align 4
  %134 = add nsw i32 %133, 1
  store i32 %134, ptr %19, align 4
  br label %108, !llvm.loop !16
135:                                              ; preds = %111
  br label %136
136:                                              ; preds = %135
  %137 = load i32, ptr %16, align 4
  %138 = add nsw i32 %137, 1
  store i32 %138, ptr %16, align 4
  br label %93, !llvm.loop !17
139:                                              ; preds = %96
  br label %140
140:                                              ; preds = %139
  %141 = load i64, ptr %12, align 8
  %142 = add nsw i64 %141, 16
  store i64 %142, ptr %12, align 8
  br label %55, !llvm.loop !18
143:                                              ; preds = %64
  store i32 0, ptr %20, align 4
  br label %144
144:                                              ; preds = %181, %143
  %145 = load i32, ptr %20, align 4
  %146 = icmp slt i32 %145, 6
  br i1 %146, label %148, label %147
147:                                              ; preds = %144
  store i32 17, ptr %10, align 4
  br label %184
148:                                              ; preds = %144
  %149 = load i32, ptr %20, align 4
  %150 = sext i32 %149 to i64
  %151 = getelementptr inbounds [6 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %150
  %152 = getelementptr inbounds [2 x <8 x i32>], ptr %151, i64 0, i64 0
  %153 = call noundef double @_ZL9totals_ofPDv8_i(ptr noundef %152)
  store double %153, ptr %21, align 8
  %154 = load <2 x float>, ptr %21, align 8
  %155 = load ptr, ptr %4, align 8
  %156 = load i64, ptr %5, align 8
  %157 = load i32, ptr %20, align 4
  %158 = sext i32 %157 to i64
  %159 = add nsw i64 %156, %158
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %22, ptr noundef %155, i64 noundef %159)
  %160 = getelementptr inbounds nuw %struct.Rounded, ptr %22, i32 0, i32 1
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %9, align 8
  %163 = sdiv i64 %162, 2048
  %164 = getelementptr inbounds float, ptr %161, i64 %163
  %165 = load float, ptr %164, align 4
  %166 = insertelement <2 x float> poison, float %165, i64 0
  %167 = shufflevector <2 x float> %166, <2 x float> poison, <2 x i32> zeroinitializer
  %168 = fadd <2 x float> zeroinitializer, %167
  %169 = load i32, ptr %20, align 4
  %170 = sext i32 %169 to i64
  %171 = getelementptr inbounds [6 x <2 x float>], ptr %8, i64 0, i64 %170
  %172 = load <2 x float>, ptr %171, align 8
  store <2 x float> %154, ptr %23, align 8
  %173 = load double, ptr %23, align 8
  store <2 x float> %168, ptr %24, align 8
  %174 = load double, ptr %24, align 8
  store <2 x float> %172, ptr %25, align 8
  %175 = load double, ptr %25, align 8
  %176 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %173, double noundef %174, double noundef %175)
  store double %176, ptr %26, align 8
  %177 = load <2 x float>, ptr %26, align 8
  %178 = load i32, ptr %20, align 4
  %179 = sext i32 %178 to i64
  %180 = getelementptr inbounds [6 x <2 x float>], ptr %8, i64 0, i64 %179
  store <2 x float> %177, ptr %180, align 8
  br label %181
181:                                              ; preds = %148
  %182 = load i32, ptr %20, align 4
  %183 = add nsw i32 %182, 1
  store i32 %183, ptr %20, align 4
  br label %144, !llvm.loop !19
184:                                              ; preds = %147
  br label %185
185:                                              ; preds = %184
  %186 = load i64, ptr %9, align 8
  %187 = add nsw i64 %186, 2048
  store i64 %187, ptr %9, align 8
  br label %46, !llvm.loop !20
188:                                              ; preds = %52
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 1
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %6, align 8
  %193 = getelementptr inbounds i16, ptr %191, i64 %192
  %194 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %193)
  store double %194, ptr %28, align 8
  %195 = load <2 x float>, ptr %28, align 8
  store <2 x float> %195, ptr %27, align 8
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 2
  %198 = load ptr, ptr %197, align 8
  %199 = load i64, ptr %6, align 8
  %200 = getelementptr inbounds i16, ptr %198, i64 %199
  %201 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %200)
  store double %201, ptr %30, align 8
  %202 = load <2 x float>, ptr %30, align 8
  store <2 x float> %202, ptr %29, align 8
  store i32 0, ptr %31, align 4
  br label %203
203:                                              ; preds = %234, %188
  %204 = load i32, ptr %31, align 4
  %205 = icmp slt i32 %204, 6
  br i1 %205, label %207, label %206
206:                                              ; preds = %203
  store i32 20, ptr %10, align 4
  br label %237
207:                                              ; preds = %203
  %208 = load ptr, ptr %4, align 8
  %209 = getelementptr inbounds nuw %struct.Product, ptr %208, i32 0, i32 4
  %210 = load ptr, ptr %209, align 8
  %211 = load i64, ptr %5, align 8
  %212 = load i32, ptr %31, align 4
  %213 = sext i32 %212 to i64
  %214 = add nsw i64 %211, %213
  %215 = load ptr, ptr %4, align 8
  %216 = getelementptr inbounds nuw %struct.Product, ptr %215, i32 0, i32 9
  %217 = load i64, ptr %216, align 8
  %218 = mul nsw i64 %214, %217
  %219 = getelementptr inbounds i16, ptr %210, i64 %218
  %220 = load i64, ptr %6, align 8
  %221 = getelementptr inbounds i16, ptr %219, i64 %220
  %222 = load i32, ptr %31, align 4
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [6 x <2 x float>], ptr %8, i64 0, i64 %223
  %225 = load <2 x float>, ptr %224, align 8
  %226 = load <2 x float>, ptr %27, align 8
  %227 = load <2 x float>, ptr %29, align 8
  store <2 x float> %225, ptr %32, align 8
  %228 = load double, ptr %32, align 8
  store <2 x float> %226, ptr %33, align 8
  %229 = load double, ptr %33, align 8
  store <2 x float> %227, ptr %34, align 8
  %230 = load double, ptr %34, align 8
  %231 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %228, double noundef %229, double noundef %230)
  store double %231, ptr %35, align 8
  %232 = load <2 x float>, ptr %35, align 8
  store <2 x float> %232, ptr %36, align 8
  %233 = load double, ptr %36, align 8
  call void @_ZL8round_toIDv2_fEvPtT_(ptr noundef %221, double noundef %233)
  br label %234
234:                                              ; preds = %207
  %235 = load i32, ptr %31, align 4
  %236 = add nsw i32 %235, 1
  store i32 %236, ptr %31, align 4
  br label %203, !llvm.loop !21
237:                                              ; preds = %206
  ret void
}
define internal void @_ZL4tileItLi4EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 4
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockItLi4EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 2
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !22
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 4
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !23
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileItLi2EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #10
declare void @llvm.prefetch.p0(ptr readonly captures(none), i32 immarg, i32 immarg, i32 immarg) #11
define internal noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %0) #8 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.2, ptr %3, i32 0, i32 0
  %5 = load <16 x i8>, ptr %4, align 1
  ret <16 x i8> %5
}
define internal noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.3, ptr %3, i32 0, i32 0
  %5 = load <16 x i16>, ptr %4, align 1
  ret <16 x i16> %5
}
define internal noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %0, <16 x i16> noundef %1, <16 x i16> noundef %2) #5 {
  %4 = alloca <8 x i32>, align 32
  %5 = alloca <16 x i16>, align 32
  %6 = alloca <16 x i16>, align 32
  store <8 x i32> %0, ptr %4, align 32
  store <16 x i16> %1, ptr %5, align 32
  store <16 x i16> %2, ptr %6, align 32
  %7 = load <8 x i32>, ptr %4, align 32
  %8 = load <16 x i16>, ptr %5, align 32
  %9 = load <16 x i16>, ptr %6, align 32
  %10 = call noundef <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> noundef %8, <16 x i16> noundef %9)
  %11 = add <8 x i32> %7, %10
  ret <8 x i32> %11
}
define internal noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %0, double noundef %1, double noundef %2) #2 {
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca <2 x float>, align 8
  %7 = alloca <2 x float>, align 8
  %8 = alloca <2 x float>, align 8
  %9 = alloca <2 x float>, align 8
  %10 = alloca <2 x float>, align 8
  store double %0, ptr %5, align 8
  %11 = load <2 x float>, ptr %5, align 8
  store double %1, ptr %6, align 8
  %12 = load <2 x float>, ptr %6, align 8
  store double %2, ptr %7, align 8
  %13 = load <2 x float>, ptr %7, align 8
  store <2 x float> %11, ptr %8, align 8
  store <2 x float> %12, ptr %9, align 8
  store <2 x float> %13, ptr %10, align 8
  %14 = load <2 x float>, ptr %8, align 8
  %15 = load <2 x float>, ptr %9, align 8
  %16 = load <2 x float>, ptr %10, align 8
  %17 = call <2 x float> @llvm.fma.v2f32(<2 x float> %14, <2 x float> %15, <2 x float> %16)
  store <2 x float> %17, ptr %4, align 8
  %18 = load double, ptr %4, align 8
  ret double %18
}
define internal noundef double @_ZL9totals_ofPDv8_i(ptr noundef %0) #12 {
  %2 = alloca <2 x float>, align 8
  %3 = alloca ptr, align 8
  %4 = alloca <8 x i64>, align 64
  store ptr %0, ptr %3, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = call noundef <8 x i32> @_ZL14all_neighboursILi2EDv8_iET0_PS1_(ptr noundef %5)
  %7 = sext <8 x i32> %6 to <8 x i64>
  store <8 x i64> %7, ptr %4, align 64
  %8 = load <8 x i64>, ptr %4, align 64
  %9 = call noundef <2 x i64> @_ZL6foldedILi2EDv8_lEDaT0_(<8 x i64> noundef %8)
  %10 = sitofp <2 x i64> %9 to <2 x float>
  store <2 x float> %10, ptr %2, align 8
  %11 = load double, ptr %2, align 8
  ret double %11
}
define internal noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %0) #2 {
  %2 = alloca <2 x float>, align 8
  %3 = alloca ptr, align 8
  %4 = alloca <2 x i16>, align 4
  store ptr %0, ptr %3, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = call noundef i32 @_ZL4loadIDv2_tET_PKv(ptr noundef %5)
  store i32 %6, ptr %4, align 4
  %7 = load <2 x i16>, ptr %4, align 4
  %8 = zext <2 x i16> %7 to <2 x i32>
  %9 = shl <2 x i32> %8, splat (i32 16)
  %10 = bitcast <2 x i32> %9 to <2 x float>
  store <2 x float> %10, ptr %2, align 8
  %11 = load double, ptr %2, align 8
  ret double %11
}
define internal void @_ZL8round_toIDv2_fEvPtT_(ptr noundef %0, double noundef %1) #2 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca ptr, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca i32, align 4
  %7 = alloca <2 x i32>, align 8
  %8 = alloca <2 x i32>, align 8
  %9 = alloca <2 x i16>, align 4
  store double %1, ptr %3, align 8
  %10 = load <2 x float>, ptr %3, align 8
  store ptr %0, ptr %4, align 8
  store <2 x float> %10, ptr %5, align 8
  store i32 2, ptr %6, align 4
  %11 = load <2 x float>, ptr %5, align 8
  %12 = bitcast <2 x float> %11 to <2 x i32>
  store <2 x i32> %12, ptr %7, align 8
  %13 = load <2 x float>, ptr %5, align 8
  %14 = load <2 x float>, ptr %5, align 8
  %15 = fcmp une <2 x float> %13, %14
  %16 = sext <2 x i1> %15 to <2 x i32>
  %17 = load <2 x i32>, ptr %7, align 8
  %18 = add <2 x i32> %17, splat (i32 32767)
  %19 = load <2 x i32>, ptr %7, align 8
  %20 = lshr <2 x i32> %19, splat (i32 16)
  %21 = and <2 x i32> %20, splat (i32 1)
  %22 = add <2 x i32> %18, %21
  %23 = icmp ne <2 x i32> %16, zeroinitializer
  %24 = select <2 x i1> %23, <2 x i32> splat (i32 2143289344), <2 x i32> %22
  store <2 x i32> %24, ptr %8, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = load <2 x i32>, ptr %8, align 8
  %27 = lshr <2 x i32> %26, splat (i32 16)
  %28 = trunc <2 x i32> %27 to <2 x i16>
  store <2 x i16> %28, ptr %9, align 4
  %29 = load i32, ptr %9, align 4
  call void @_ZL3putIDv2_tEvPvT_(ptr noundef %25, i32 noundef %29)
  ret void
}
declare <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16>, <16 x i16>) #13
declare <2 x float> @llvm.fma.v2f32(<2 x float>, <2 x float>, <2 x float>) #6
define internal noundef <8 x i32> @_ZL14all_neighboursILi2EDv8_iET0_PS1_(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  store ptr %0, ptr %2, align 8
  store i32 1, ptr %3, align 4
  br label %6
6:                                                ; preds = %39, %1
  %7 = load i32, ptr %3, align 4
  %8 = icmp sgt i32 %7, 0
  br i1 %8, label %10, label %9
9:                                                ; preds = %6
  store i32 2, ptr %4, align 4
  br label %42
10:                                               ; preds = %6
  store i32 0, ptr %5, align 4
  br label %11
11:                                               ; preds = %35, %10
  %12 = load i32, ptr %5, align 4
  %13 = load i32, ptr %3, align 4
  %14 = icmp slt i32 %12, %13
  br i1 %14, label %16, label %15
15:                                               ; preds = %11
  store i32 5, ptr %4, align 4
  br label %38
16:                                               ; preds = %11
  %17 = load ptr, ptr %2, align 8
  %18 = load i32, ptr %5, align 4
  %19 = mul nsw i32 2, %18
  %20 = sext i32 %19 to i64
  %21 = getelementptr inbounds <8 x i32>, ptr %17, i64 %20
  %22 = load <8 x i32>, ptr %21, align 32
  %23 = load ptr, ptr %2, align 8
  %24 = load i32, ptr %5, align 4
  %25 = mul nsw i32 2, %24
  %26 = add nsw i32 %25, 1
  %27 = sext i32 %26 to i64
  %28 = getelementptr inbounds <8 x i32>, ptr %23, i64 %27
  %29 = load <8 x i32>, ptr %28, align 32
  %30 = call noundef <8 x i32> @_ZL10neighboursILi8EDv8_iEDaT0_S1_(<8 x i32> noundef %22, <8 x i32> noundef %29)
  %31 = load ptr, ptr %2, align 8
  %32 = load i32, ptr %5, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds <8 x i32>, ptr %31, i64 %33
  store <8 x i32> %30, ptr %34, align 32
  br label %35
35:                                               ; preds = %16
  %36 = load i32, ptr %5, align 4
  %37 = add nsw i32 %36, 1
  store i32 %37, ptr %5, align 4
  br label %11, !llvm.loop !24
38:                                               ; preds = %15
  br label %39
39:                                               ; preds = %38
  %40 = load i32, ptr %3, align 4
  %41 = sdiv i32 %40, 2
  store i32 %41, ptr %3, align 4
  br label %6, !llvm.loop !25
42:                                               ; preds = %9
  %43 = load ptr, ptr %2, align 8
  %44 = getelementptr inbounds <8 x i32>, ptr %43, i64 0
  %45 = load <8 x i32>, ptr %44, align 32
  ret <8 x i32> %45
}
define internal noundef <2 x i64> @_ZL6foldedILi2EDv8_lEDaT0_(<8 x i64> noundef %0) #12 {
  %2 = alloca <8 x i64>, align 64
  %3 = alloca i32, align 4
  store <8 x i64> %0, ptr %2, align 64
  store i32 4, ptr %3, align 4
  %4 = load <8 x i64>, ptr %2, align 64
  %5 = load <8 x i64>, ptr %2, align 64
  %6 = call noundef <4 x i64> @_ZL10neighboursILi4EDv8_lEDaT0_S1_(<8 x i64> noundef %4, <8 x i64> noundef %5)
  %7 = call noundef <2 x i64> @_ZL6foldedILi2EDv4_lEDaT0_(<4 x i64> noundef %6)
  ret <2 x i64> %7
}
define internal noundef <8 x i32> @_ZL10neighboursILi8EDv8_iEDaT0_S1_(<8 x i32> noundef %0, <8 x i32> noundef %1) #5 {
  %3 = alloca <8 x i32>, align 32
  %4 = alloca <8 x i32>, align 32
  %5 = alloca %class.anon.4, align 1
  %6 = alloca %class.anon.5, align 1
  store <8 x i32> %0, ptr %3, align 32
  store <8 x i32> %1, ptr %4, align 32
  %7 = load <8 x i32>, ptr %3, align 32
  %8 = load <8 x i32>, ptr %4, align 32
  %9 = call noundef <8 x i32> @"_ZL4pickILi8EDv8_i3$_1EDaT0_S2_T1_"(<8 x i32> noundef %7, <8 x i32> noundef %8)
  %10 = load <8 x i32>, ptr %3, align 32
  %11 = load <8 x i32>, ptr %4, align 32
  %12 = call noundef <8 x i32> @"_ZL4pickILi8EDv8_i3$_2EDaT0_S2_T1_"(<8 x i32> noundef %10, <8 x i32> noundef %11)
  %13 = add <8 x i32> %9, %12
  ret <8 x i32> %13
}
define internal noundef <8 x i32> @"_ZL4pickILi8EDv8_i3$_1EDaT0_S2_T1_"(<8 x i32> noundef %0, <8 x i32> noundef %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca <8 x i32>, align 32
  %5 = alloca <8 x i32>, align 32
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence, align 1
  store <8 x i32> %0, ptr %4, align 32
  store <8 x i32> %1, ptr %5, align 32
  %8 = load <8 x i32>, ptr %4, align 32
  %9 = load <8 x i32>, ptr %5, align 32
  %10 = call noundef <8 x i32> @"_ZL7pick_ofIDv8_i3$_1JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i32> noundef %8, <8 x i32> noundef %9)
  ret <8 x i32> %10
}
define internal noundef <8 x i32> @"_ZL4pickILi8EDv8_i3$_2EDaT0_S2_T1_"(<8 x i32> noundef %0, <8 x i32> noundef %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca <8 x i32>, align 32
  %5 = alloca <8 x i32>, align 32
  %6 = alloca %class.anon.5, align 1
  %7 = alloca %struct.Sequence, align 1
  store <8 x i32> %0, ptr %4, align 32
  store <8 x i32> %1, ptr %5, align 32
  %8 = load <8 x i32>, ptr %4, align 32
  %9 = load <8 x i32>, ptr %5, align 32
  %10 = call noundef <8 x i32> @"_ZL7pick_ofIDv8_i3$_2JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i32> noundef %8, <8 x i32> noundef %9)
  ret <8 x i32> %10
}
define internal noundef <8 x i32> @"_ZL7pick_ofIDv8_i3$_1JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i32> noundef %0, <8 x i32> noundef %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <8 x i32>, align 32
  %6 = alloca <8 x i32>, align 32
  store <8 x i32> %0, ptr %5, align 32
  store <8 x i32> %1, ptr %6, align 32
  %7 = load <8 x i32>, ptr %5, align 32
  %8 = load <8 x i32>, ptr %6, align 32
  %9 = shufflevector <8 x i32> %7, <8 x i32> %8, <8 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14>
  ret <8 x i32> %9
}
define internal noundef <8 x i32> @"_ZL7pick_ofIDv8_i3$_2JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i32> noundef %0, <8 x i32> noundef %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <8 x i32>, align 32
  %6 = alloca <8 x i32>, align 32
  store <8 x i32> %0, ptr %5, align 32
  store <8 x i32> %1, ptr %6, align 32
  %7 = load <8 x i32>, ptr %5, align 32
  %8 = load <8 x i32>, ptr %6, align 32
  %9 = shufflevector <8 x i32> %7, <8 x i32> %8, <8 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15>
  ret <8 x i32> %9
}
define internal noundef <2 x i64> @_ZL6foldedILi2EDv4_lEDaT0_(<4 x i64> noundef %0) #5 {
  %2 = alloca <4 x i64>, align 32
  %3 = alloca i32, align 4
  store <4 x i64> %0, ptr %2, align 32
  store i32 2, ptr %3, align 4
  %4 = load <4 x i64>, ptr %2, align 32
  %5 = load <4 x i64>, ptr %2, align 32
  %6 = call noundef <2 x i64> @_ZL10neighboursILi2EDv4_lEDaT0_S1_(<4 x i64> noundef %4, <4 x i64> noundef %5)
  %7 = call noundef <2 x i64> @_ZL6foldedILi2EDv2_lEDaT0_(<2 x i64> noundef %6)
  ret <2 x i64> %7
}
define internal noundef <4 x i64> @_ZL10neighboursILi4EDv8_lEDaT0_S1_(<8 x i64> noundef %0, <8 x i64> noundef %1) #12 {
  %3 = alloca <8 x i64>, align 64
  %4 = alloca <8 x i64>, align 64
  %5 = alloca %class.anon.4, align 1
  %6 = alloca %class.anon.5, align 1
  store <8 x i64> %0, ptr %3, align 64
  store <8 x i64> %1, ptr %4, align 64
  %7 = load <8 x i64>, ptr %3, align 64
  %8 = load <8 x i64>, ptr %4, align 64
  %9 = call noundef <4 x i64> @"_ZL4pickILi4EDv8_l3$_1EDaT0_S2_T1_"(<8 x i64> noundef %7, <8 x i64> noundef %8)
  %10 = load <8 x i64>, ptr %3, align 64
  %11 = load <8 x i64>, ptr %4, align 64
  %12 = call noundef <4 x i64> @"_ZL4pickILi4EDv8_l3$_2EDaT0_S2_T1_"(<8 x i64> noundef %10, <8 x i64> noundef %11)
  %13 = add <4 x i64> %9, %12
  ret <4 x i64> %13
}
define internal noundef <2 x i64> @_ZL6foldedILi2EDv2_lEDaT0_(<2 x i64> noundef %0) #8 {
  %2 = alloca <2 x i64>, align 16
  %3 = alloca i32, align 4
  store <2 x i64> %0, ptr %2, align 16
  store i32 1, ptr %3, align 4
  %4 = load <2 x i64>, ptr %2, align 16
  ret <2 x i64> %4
}
define internal noundef <2 x i64> @_ZL10neighboursILi2EDv4_lEDaT0_S1_(<4 x i64> noundef %0, <4 x i64> noundef %1) #5 {
  %3 = alloca <4 x i64>, align 32
  %4 = alloca <4 x i64>, align 32
  %5 = alloca %class.anon.4, align 1
  %6 = alloca %class.anon.5, align 1
  store <4 x i64> %0, ptr %3, align 32
  store <4 x i64> %1, ptr %4, align 32
  %7 = load <4 x i64>, ptr %3, align 32
  %8 = load <4 x i64>, ptr %4, align 32
  %9 = call noundef <2 x i64> @"_ZL4pickILi2EDv4_l3$_1EDaT0_S2_T1_"(<4 x i64> noundef %7, <4 x i64> noundef %8)
  %10 = load <4 x i64>, ptr %3, align 32
  %11 = load <4 x i64>, ptr %4, align 32
  %12 = call noundef <2 x i64> @"_ZL4pickILi2EDv4_l3$_2EDaT0_S2_T1_"(<4 x i64> noundef %10, <4 x i64> noundef %11)
  %13 = add <2 x i64> %9, %12
  ret <2 x i64> %13
}
define internal noundef <2 x i64> @"_ZL4pickILi2EDv4_l3$_1EDaT0_S2_T1_"(<4 x i64> noundef %0, <4 x i64> noundef %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca <4 x i64>, align 32
  %5 = alloca <4 x i64>, align 32
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence.7, align 1
  store <4 x i64> %0, ptr %4, align 32
  store <4 x i64> %1, ptr %5, align 32
  %8 = load <4 x i64>, ptr %4, align 32
  %9 = load <4 x i64>, ptr %5, align 32
  %10 = call noundef <2 x i64> @"_ZL7pick_ofIDv4_l3$_1JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x i64> noundef %8, <4 x i64> noundef %9)
  ret <2 x i64> %10
}
define internal noundef <2 x i64> @"_ZL4pickILi2EDv4_l3$_2EDaT0_S2_T1_"(<4 x i64> noundef %0, <4 x i64> noundef %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca <4 x i64>, align 32
  %5 = alloca <4 x i64>, align 32
  %6 = alloca %class.anon.5, align 1
  %7 = alloca %struct.Sequence.7, align 1
  store <4 x i64> %0, ptr %4, align 32
  store <4 x i64> %1, ptr %5, align 32
  %8 = load <4 x i64>, ptr %4, align 32
  %9 = load <4 x i64>, ptr %5, align 32
  %10 = call noundef <2 x i64> @"_ZL7pick_ofIDv4_l3$_2JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x i64> noundef %8, <4 x i64> noundef %9)
  ret <2 x i64> %10
}
define internal noundef <2 x i64> @"_ZL7pick_ofIDv4_l3$_1JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x i64> noundef %0, <4 x i64> noundef %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca %struct.Sequence.7, align 1
  %5 = alloca <4 x i64>, align 32
  %6 = alloca <4 x i64>, align 32
  store <4 x i64> %0, ptr %5, align 32
  store <4 x i64> %1, ptr %6, align 32
  %7 = load <4 x i64>, ptr %5, align 32
  %8 = load <4 x i64>, ptr %6, align 32
  %9 = shufflevector <4 x i64> %7, <4 x i64> %8, <2 x i32> <i32 0, i32 2>
  ret <2 x i64> %9
}
define internal noundef <2 x i64> @"_ZL7pick_ofIDv4_l3$_2JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x i64> noundef %0, <4 x i64> noundef %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca %struct.Sequence.7, align 1
  %5 = alloca <4 x i64>, align 32
  %6 = alloca <4 x i64>, align 32
  store <4 x i64> %0, ptr %5, align 32
  store <4 x i64> %1, ptr %6, align 32
  %7 = load <4 x i64>, ptr %5, align 32
  %8 = load <4 x i64>, ptr %6, align 32
  %9 = shufflevector <4 x i64> %7, <4 x i64> %8, <2 x i32> <i32 1, i32 3>
  ret <2 x i64> %9
}
define internal noundef <4 x i64> @"_ZL4pickILi4EDv8_l3$_1EDaT0_S2_T1_"(<8 x i64> noundef %0, <8 x i64> noundef %1) #12 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca <8 x i64>, align 64
  %5 = alloca <8 x i64>, align 64
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence.8, align 1
  store <8 x i64> %0, ptr %4, align 64
  store <8 x i64> %1, ptr %5, align 64
  %8 = load <8 x i64>, ptr %4, align 64
  %9 = load <8 x i64>, ptr %5, align 64
  %10 = call noundef <4 x i64> @"_ZL7pick_ofIDv8_l3$_1JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i64> noundef %8, <8 x i64> noundef %9)
  ret <4 x i64> %10
}
define internal noundef <4 x i64> @"_ZL4pickILi4EDv8_l3$_2EDaT0_S2_T1_"(<8 x i64> noundef %0, <8 x i64> noundef %1) #12 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca <8 x i64>, align 64
  %5 = alloca <8 x i64>, align 64
  %6 = alloca %class.anon.5, align 1
  %7 = alloca %struct.Sequence.8, align 1
  store <8 x i64> %0, ptr %4, align 64
  store <8 x i64> %1, ptr %5, align 64
  %8 = load <8 x i64>, ptr %4, align 64
  %9 = load <8 x i64>, ptr %5, align 64
  %10 = call noundef <4 x i64> @"_ZL7pick_ofIDv8_l3$_2JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i64> noundef %8, <8 x i64> noundef %9)
  ret <4 x i64> %10
}
define internal noundef <4 x i64> @"_ZL7pick_ofIDv8_l3$_1JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i64> noundef %0, <8 x i64> noundef %1) #12 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca %struct.Sequence.8, align 1
  %5 = alloca <8 x i64>, align 64
  %6 = alloca <8 x i64>, align 64
  store <8 x i64> %0, ptr %5, align 64
  store <8 x i64> %1, ptr %6, align 64
  %7 = load <8 x i64>, ptr %5, align 64
  %8 = load <8 x i64>, ptr %6, align 64
  %9 = shufflevector <8 x i64> %7, <8 x i64> %8, <4 x i32> <i32 0, i32 2, i32 4, i32 6>
  ret <4 x i64> %9
}
define internal noundef <4 x i64> @"_ZL7pick_ofIDv8_l3$_2JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i64> noundef %0, <8 x i64> noundef %1) #12 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca %struct.Sequence.8, align 1
  %5 = alloca <8 x i64>, align 64
  %6 = alloca <8 x i64>, align 64
  store <8 x i64> %0, ptr %5, align 64
  store <8 x i64> %1, ptr %6, align 64
  %7 = load <8 x i64>, ptr %5, align 64
  %8 = load <8 x i64>, ptr %6, align 64
  %9 = shufflevector <8 x i64> %7, <8 x i64> %8, <4 x i32> <i32 1, i32 3, i32 5, i32 7>
  ret <4 x i64> %9
}
define internal noundef i32 @_ZL4loadIDv2_tET_PKv(ptr noundef %0) #2 {
  %2 = alloca <2 x i16>, align 4
  %3 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds nuw %struct.Anywhere.9, ptr %4, i32 0, i32 0
  %6 = load <2 x i16>, ptr %5, align 1
  store <2 x i16> %6, ptr %2, align 4
  %7 = load i32, ptr %2, align 4
  ret i32 %7
}
define internal void @_ZL3putIDv2_tEvPvT_(ptr noundef %0, i32 noundef %1) #2 {
  %3 = alloca <2 x i16>, align 4
  %4 = alloca ptr, align 8
  %5 = alloca <2 x i16>, align 4
  store i32 %1, ptr %3, align 4
  %6 = load <2 x i16>, ptr %3, align 4
  store ptr %0, ptr %4, align 8
  store <2 x i16> %6, ptr %5, align 4
  %7 = load <2 x i16>, ptr %5, align 4
  %8 = load ptr, ptr %4, align 8
  %9 = getelementptr inbounds nuw %struct.Anywhere.9, ptr %8, i32 0, i32 0
  store <2 x i16> %7, ptr %9, align 1
  ret void
}
define internal void @_ZL5blockItLi4EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [4 x <2 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [4 x [2 x <8 x i32>]], align 32
  %12 = alloca i64, align 8
  %13 = alloca [2 x <16 x i16>], align 32
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <16 x i16>, align 32
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca <2 x float>, align 8
  %22 = alloca %struct.Rounded, align 8
  %23 = alloca <2 x float>, align 8
  %24 = alloca <2 x float>, align 8
  %25 = alloca <2 x float>, align 8
  %26 = alloca <2 x float>, align 8
  %27 = alloca <2 x float>, align 8
  %28 = alloca <2 x float>, align 8
  %29 = alloca <2 x float>, align 8
  %30 = alloca <2 x float>, align 8
  %31 = alloca i32, align 4
  %32 = alloca <2 x float>, align 8
  %33 = alloca <2 x float>, align 8
  %34 = alloca <2 x float>, align 8
  %35 = alloca <2 x float>, align 8
  %36 = alloca <2 x float>, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %37 = load ptr, ptr %4, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %6, align 8
  %41 = load ptr, ptr %4, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = getelementptr inbounds i8, ptr %39, i64 %44
  store ptr %45, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 32, i1 false)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %185, %3
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %4, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 8
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  store i32 2, ptr %10, align 4
  br label %188
53:                                               ; preds = %46
  call void @llvm.memset.p0.i64(ptr align 32 %11, i8 0, i64 256, i1 false)
  %54 = load i64, ptr %9, align 8
  store i64 %54, ptr %12, align 8
  br label %55
55:                                               ; preds = %140, %53
  %56 = load i64, ptr %12, align 8
  %57 = load i64, ptr %9, align 8
  %58 = add nsw i64 %57, 2048
  %59 = load ptr, ptr %4, align 8
  %60 = getelementptr inbounds nuw %struct.Product, ptr %59, i32 0, i32 8
  %61 = load i64, ptr %60, align 8
  %62 = call noundef i64 @_ZL5leastll(i64 noundef %58, i64 noundef %61)
  %63 = icmp slt i64 %56, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %55
  store i32 5, ptr %10, align 4
  br label %143
65:                                               ; preds = %55
  store i32 0, ptr %14, align 4
  br label %66
66:                                               ; preds = %89, %65
  %67 = load i32, ptr %14, align 4
  %68 = icmp slt i32 %67, 2
  br i1 %68, label %70, label %69
69:                                               ; preds = %66
  store i32 8, ptr %10, align 4
  br label %92
70:                                               ; preds = %66
  %71 = load ptr, ptr %7, align 8
  %72 = load i32, ptr %14, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 8
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i8, ptr %71, i64 %77
  %79 = load i64, ptr %12, align 8
  %80 = getelementptr inbounds i8, ptr %78, i64 %79
  store ptr %80, ptr %15, align 8
  %81 = load ptr, ptr %15, align 8
  %82 = getelementptr inbounds i8, ptr %81, i64 4096
  call void @llvm.prefetch.p0(ptr %82, i32 0, i32 3, i32 1)
  %83 = load ptr, ptr %15, align 8
  %84 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %83)
  %85 = sext <16 x i8> %84 to <16 x i16>
  %86 = load i32, ptr %14, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %87
  store <16 x i16> %85, ptr %88, align 32
  br label %89
89:                                               ; preds = %70
  %90 = load i32, ptr %14, align 4
  %91 = add nsw i32 %90, 1
  store i32 %91, ptr %14, align 4
  br label %66, !llvm.loop !26
92:                                               ; preds = %69
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %136, %92
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 4
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %10, align 4
  br label %139
97:                                               ; preds = %93
  %98 = load ptr, ptr %4, align 8
  %99 = load i64, ptr %5, align 8
  %100 = load i32, ptr %16, align 4
  %101 = sext i32 %100 to i64
  %102 = add nsw i64 %99, %101
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %98, i64 noundef %102)
  %103 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %104 = load ptr, ptr %103, align 8
  %105 = load i64, ptr %12, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %106)
  store <16 x i16> %107, ptr %17, align 32
  store i32 0, ptr %19, align 4
  br label %108
108:                                              ; preds = %132, %97
  %109 = load i32, ptr %19, align 4
  %110 = icmp slt i32 %109, 2
  br i1 %110, label %112, label %111
111:                                              ; preds = %108
  store i32 14, ptr %10, align 4
  br label %135
112:                                              ; preds = %108
  %113 = load i32, ptr %16, align 4
  %114 = sext i32 %113 to i64
  %115 = getelementptr inbounds [4 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %114
  %116 = load i32, ptr %19, align 4
  %117 = sext i32 %116 to i64
  %118 = getelementptr inbounds [2 x <8 x i32>], ptr %115, i64 0, i64 %117
  %119 = load <8 x i32>, ptr %118, align 32
  %120 = load i32, ptr %19, align 4
  %121 = sext i32 %120 to i64
  %122 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %121
  %123 = load <16 x i16>, ptr %122, align 32
  %124 = load <16 x i16>, ptr %17, align 32
  %125 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %119, <16 x i16> noundef %123, <16 x i16> noundef %124)
  %126 = load i32, ptr %16, align 4
  %127 = sext i32 %126 to i64
  %128 = getelementptr inbounds [4 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %127
  %129 = load i32, ptr %19, align 4
  %130 = sext i32 %129 to i64
  %131 = getelementptr inbounds [2 x <8 x i32>], ptr %128, i64 0, i64 %130
  store <8 x i32> %125, ptr %131, align 32
  br label %132
132:                                              ; preds = %112
  %133 = load i32, ptr %19, align 4
  %134 = add nsw i32 %133, 1
  store i32 %134, ptr %19, align 4
  br label %108, !llvm.loop !27
135:                                              ; preds = %111
  br label %136
136:                                              ; preds = %135
  %137 = load i32, ptr %16, align 4
  %138 = add nsw i32 %137, 1
  store i32 %138, ptr %16, align 4
  br label %93, !llvm.loop !28
139:                                              ; preds = %96
  br label %140
140:                                              ; preds = %139
  %141 = load i64, ptr %12, align 8
  %142 = add nsw i64 %141, 16
  store i64 %142, ptr %12, align 8
  br label %55, !llvm.loop !29
143:                                              ; preds = %64
  store i32 0, ptr %20, align 4
  br label %144
144:                                              ; preds = %181, %143
  %145 = load i32, ptr %20, align 4
  %146 = icmp slt i32 %145, 4
  br i1 %146, label %148, label %147
147:                                              ; preds = %144
  store i32 17, ptr %10, align 4
  br label %184
148:                                              ; preds = %144
  %149 = load i32, ptr %20, align 4
  %150 = sext i32 %149 to i64
  %151 = getelementptr inbounds [4 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %150
  %152 = getelementptr inbounds [2 x <8 x i32>], ptr %151, i64 0, i64 0
  %153 = call noundef double @_ZL9totals_ofPDv8_i(ptr noundef %152)
  store double %153, ptr %21, align 8
  %154 = load <2 x float>, ptr %21, align 8
  %155 = load ptr, ptr %4, align 8
  %156 = load i64, ptr %5, align 8
  %157 = load i32, ptr %20, align 4
  %158 = sext i32 %157 to i64
  %159 = add nsw i64 %156, %158
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %22, ptr noundef %155, i64 noundef %159)
  %160 = getelementptr inbounds nuw %struct.Rounded, ptr %22, i32 0, i32 1
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %9, align 8
  %163 = sdiv i64 %162, 2048
  %164 = getelementptr inbounds float, ptr %161, i64 %163
  %165 = load float, ptr %164, align 4
  %166 = insertelement <2 x float> poison, float %165, i64 0
  %167 = shufflevector <2 x float> %166, <2 x float> poison, <2 x i32> zeroinitializer
  %168 = fadd <2 x float> zeroinitializer, %167
  %169 = load i32, ptr %20, align 4
  %170 = sext i32 %169 to i64
  %171 = getelementptr inbounds [4 x <2 x float>], ptr %8, i64 0, i64 %170
  %172 = load <2 x float>, ptr %171, align 8
  store <2 x float> %154, ptr %23, align 8
  %173 = load double, ptr %23, align 8
  store <2 x float> %168, ptr %24, align 8
  %174 = load double, ptr %24, align 8
  store <2 x float> %172, ptr %25, align 8
  %175 = load double, ptr %25, align 8
  %176 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %173, double noundef %174, double noundef %175)
  store double %176, ptr %26, align 8
  %177 = load <2 x float>, ptr %26, align 8
  %178 = load i32, ptr %20, align 4
  %179 = sext i32 %178 to i64
  %180 = getelementptr inbounds [4 x <2 x float>], ptr %8, i64 0, i64 %179
  store <2 x float> %177, ptr %180, align 8
  br label %181
181:                                              ; preds = %148
  %182 = load i32, ptr %20, align 4
  %183 = add nsw i32 %182, 1
  store i32 %183, ptr %20, align 4
  br label %144, !llvm.loop !30
184:                                              ; preds = %147
  br label %185
185:                                              ; preds = %184
  %186 = load i64, ptr %9, align 8
  %187 = add nsw i64 %186, 2048
  store i64 %187, ptr %9, align 8
  br label %46, !llvm.loop !31
188:                                              ; preds = %52
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 1
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %6, align 8
  %193 = getelementptr inbounds i16, ptr %191, i64 %192
  %194 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %193)
  store double %194, ptr %28, align 8
  %195 = load <2 x float>, ptr %28, align 8
  store <2 x float> %195, ptr %27, align 8
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 2
  %198 = load ptr, ptr %197, align 8
  %199 = load i64, ptr %6, align 8
  %200 = getelementptr inbounds i16, ptr %198, i64 %199
  %201 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %200)
  store double %201, ptr %30, align 8
  %202 = load <2 x float>, ptr %30, align 8
  store <2 x float> %202, ptr %29, align 8
  store i32 0, ptr %31, align 4
  br label %203
203:                                              ; preds = %234, %188
  %204 = load i32, ptr %31, align 4
  %205 = icmp slt i32 %204, 4
  br i1 %205, label %207, label %206
206:                                              ; preds = %203
  store i32 20, ptr %10, align 4
  br label %237
207:                                              ; preds = %203
  %208 = load ptr, ptr %4, align 8
  %209 = getelementptr inbounds nuw %struct.Product, ptr %208, i32 0, i32 4
  %210 = load ptr, ptr %209, align 8
  %211 = load i64, ptr %5, align 8
  %212 = load i32, ptr %31, align 4
  %213 = sext i32 %212 to i64
  %214 = add nsw i64 %211, %213
  %215 = load ptr, ptr %4, align 8
  %216 = getelementptr inbounds nuw %struct.Product, ptr %215, i32 0, i32 9
  %217 = load i64, ptr %216, align 8
  %218 = mul nsw i64 %214, %217
  %219 = getelementptr inbounds i16, ptr %210, i64 %218
  %220 = load i64, ptr %6, align 8
  %221 = getelementptr inbounds i16, ptr %219, i64 %220
  %222 = load i32, ptr %31, align 4
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [4 x <2 x float>], ptr %8, i64 0, i64 %223
  %225 = load <2 x float>, ptr %224, align 8
  %226 = load <2 x float>, ptr %27, align 8
  %227 = load <2 x float>, ptr %29, align 8
  store <2 x float> %225, ptr %32, align 8
  %228 = load double, ptr %32, align 8
  store <2 x float> %226, ptr %33, align 8
  %229 = load double, ptr %33, align 8
  store <2 x float> %227, ptr %34, align 8
  %230 = load double, ptr %34, align 8
  %231 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %228, double noundef %229, double noundef %230)
  store double %231, ptr %35, align 8
  %232 = load <2 x float>, ptr %35, align 8
  store <2 x float> %232, ptr %36, align 8
  %233 = load double, ptr %36, align 8
  call void @_ZL8round_toIDv2_fEvPtT_(ptr noundef %221, double noundef %233)
  br label %234
234:                                              ; preds = %207
  %235 = load i32, ptr %31, align 4
  %236 = add nsw i32 %235, 1
  store i32 %236, ptr %31, align 4
  br label %203, !llvm.loop !32
237:                                              ; preds = %206
  ret void
}
define internal void @_ZL4tileItLi2EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 2
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockItLi2EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 2
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !33
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 2
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !34
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileItLi1EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal void @_ZL5blockItLi2EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [2 x <2 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [2 x <8 x i32>]], align 32
  %12 = alloca i64, align 8
  %13 = alloca [2 x <16 x i16>], align 32
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <16 x i16>, align 32
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca <2 x float>, align 8
  %22 = alloca %struct.Rounded, align 8
  %23 = alloca <2 x float>, align 8
  %24 = alloca <2 x float>, align 8
  %25 = alloca <2 x float>, align 8
  %26 = alloca <2 x float>, align 8
  %27 = alloca <2 x float>, align 8
  %28 = alloca <2 x float>, align 8
  %29 = alloca <2 x float>, align 8
  %30 = alloca <2 x float>, align 8
  %31 = alloca i32, align 4
  %32 = alloca <2 x float>, align 8
  %33 = alloca <2 x float>, align 8
  %34 = alloca <2 x float>, align 8
  %35 = alloca <2 x float>, align 8
  %36 = alloca <2 x float>, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %37 = load ptr, ptr %4, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %6, align 8
  %41 = load ptr, ptr %4, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = getelementptr inbounds i8, ptr %39, i64 %44
  store ptr %45, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 16, i1 false)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %185, %3
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %4, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 8
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  store i32 2, ptr %10, align 4
  br label %188
53:                                               ; preds = %46
  call void @llvm.memset.p0.i64(ptr align 32 %11, i8 0, i64 128, i1 false)
  %54 = load i64, ptr %9, align 8
  store i64 %54, ptr %12, align 8
  br label %55
55:                                               ; preds = %140, %53
  %56 = load i64, ptr %12, align 8
  %57 = load i64, ptr %9, align 8
  %58 = add nsw i64 %57, 2048
  %59 = load ptr, ptr %4, align 8
  %60 = getelementptr inbounds nuw %struct.Product, ptr %59, i32 0, i32 8
  %61 = load i64, ptr %60, align 8
  %62 = call noundef i64 @_ZL5leastll(i64 noundef %58, i64 noundef %61)
  %63 = icmp slt i64 %56, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %55
  store i32 5, ptr %10, align 4
  br label %143
65:                                               ; preds = %55
  store i32 0, ptr %14, align 4
  br label %66
66:                                               ; preds = %89, %65
  %67 = load i32, ptr %14, align 4
  %68 = icmp slt i32 %67, 2
  br i1 %68, label %70, label %69
69:                                               ; preds = %66
  store i32 8, ptr %10, align 4
  br label %92
70:                                               ; preds = %66
  %71 = load ptr, ptr %7, align 8
  %72 = load i32, ptr %14, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 8
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i8, ptr %71, i64 %77
  %79 = load i64, ptr %12, align 8
  %80 = getelementptr inbounds i8, ptr %78, i64 %79
  store ptr %80, ptr %15, align 8
  %81 = load ptr, ptr %15, align 8
  %82 = getelementptr inbounds i8, ptr %81, i64 4096
  call void @llvm.prefetch.p0(ptr %82, i32 0, i32 3, i32 1)
  %83 = load ptr, ptr %15, align 8
  %84 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %83)
  %85 = sext <16 x i8> %84 to <16 x i16>
  %86 = load i32, ptr %14, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %87
  store <16 x i16> %85, ptr %88, align 32
  br label %89
89:                                               ; preds = %70
  %90 = load i32, ptr %14, align 4
  %91 = add nsw i32 %90, 1
  store i32 %91, ptr %14, align 4
  br label %66, !llvm.loop !35
92:                                               ; preds = %69
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %136, %92
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 2
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %10, align 4
  br label %139
97:                                               ; preds = %93
  %98 = load ptr, ptr %4, align 8
  %99 = load i64, ptr %5, align 8
  %100 = load i32, ptr %16, align 4
  %101 = sext i32 %100 to i64
  %102 = add nsw i64 %99, %101
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %98, i64 noundef %102)
  %103 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %104 = load ptr, ptr %103, align 8
  %105 = load i64, ptr %12, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %106)
  store <16 x i16> %107, ptr %17, align 32
  store i32 0, ptr %19, align 4
  br label %108
108:                                              ; preds = %132, %97
  %109 = load i32, ptr %19, align 4
  %110 = icmp slt i32 %109, 2
  br i1 %110, label %112, label %111
111:                                              ; preds = %108
  store i32 14, ptr %10, align 4
  br label %135
112:                                              ; preds = %108
  %113 = load i32, ptr %16, align 4
  %114 = sext i32 %113 to i64
  %115 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %114
  %116 = load i32, ptr %19, align 4
  %117 = sext i32 %116 to i64
  %118 = getelementptr inbounds [2 x <8 x i32>], ptr %115, i64 0, i64 %117
  %119 = load <8 x i32>, ptr %118, align 32
  %120 = load i32, ptr %19, align 4
  %121 = sext i32 %120 to i64
  %122 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %121
  %123 = load <16 x i16>, ptr %122, align 32
  %124 = load <16 x i16>, ptr %17, align 32
  %125 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %119, <16 x i16> noundef %123, <16 x i16> noundef %124)
  %126 = load i32, ptr %16, align 4
  %127 = sext i32 %126 to i64
  %128 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %127
  %129 = load i32, ptr %19, align 4
  %130 = sext i32 %129 to i64
  %131 = getelementptr inbounds [2 x <8 x i32>], ptr %128, i64 0, i64 %130
  store <8 x i32> %125, ptr %131, align 32
  br label %132
132:                                              ; preds = %112
  %133 = load i32, ptr %19, align 4
  %134 = add nsw i32 %133, 1
  store i32 %134, ptr %19, align 4
  br label %108, !llvm.loop !36
135:                                              ; preds = %111
  br label %136
136:                                              ; preds = %135
  %137 = load i32, ptr %16, align 4
  %138 = add nsw i32 %137, 1
  store i32 %138, ptr %16, align 4
  br label %93, !llvm.loop !37
139:                                              ; preds = %96
  br label %140
140:                                              ; preds = %139
  %141 = load i64, ptr %12, align 8
  %142 = add nsw i64 %141, 16
  store i64 %142, ptr %12, align 8
  br label %55, !llvm.loop !38
143:                                              ; preds = %64
  store i32 0, ptr %20, align 4
  br label %144
144:                                              ; preds = %181, %143
  %145 = load i32, ptr %20, align 4
  %146 = icmp slt i32 %145, 2
  br i1 %146, label %148, label %147
147:                                              ; preds = %144
  store i32 17, ptr %10, align 4
  br label %184
148:                                              ; preds = %144
  %149 = load i32, ptr %20, align 4
  %150 = sext i32 %149 to i64
  %151 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %150
  %152 = getelementptr inbounds [2 x <8 x i32>], ptr %151, i64 0, i64 0
  %153 = call noundef double @_ZL9totals_ofPDv8_i(ptr noundef %152)
  store double %153, ptr %21, align 8
  %154 = load <2 x float>, ptr %21, align 8
  %155 = load ptr, ptr %4, align 8
  %156 = load i64, ptr %5, align 8
  %157 = load i32, ptr %20, align 4
  %158 = sext i32 %157 to i64
  %159 = add nsw i64 %156, %158
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %22, ptr noundef %155, i64 noundef %159)
  %160 = getelementptr inbounds nuw %struct.Rounded, ptr %22, i32 0, i32 1
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %9, align 8
  %163 = sdiv i64 %162, 2048
  %164 = getelementptr inbounds float, ptr %161, i64 %163
  %165 = load float, ptr %164, align 4
  %166 = insertelement <2 x float> poison, float %165, i64 0
  %167 = shufflevector <2 x float> %166, <2 x float> poison, <2 x i32> zeroinitializer
  %168 = fadd <2 x float> zeroinitializer, %167
  %169 = load i32, ptr %20, align 4
  %170 = sext i32 %169 to i64
  %171 = getelementptr inbounds [2 x <2 x float>], ptr %8, i64 0, i64 %170
  %172 = load <2 x float>, ptr %171, align 8
  store <2 x float> %154, ptr %23, align 8
  %173 = load double, ptr %23, align 8
  store <2 x float> %168, ptr %24, align 8
  %174 = load double, ptr %24, align 8
  store <2 x float> %172, ptr %25, align 8
  %175 = load double, ptr %25, align 8
  %176 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %173, double noundef %174, double noundef %175)
  store double %176, ptr %26, align 8
  %177 = load <2 x float>, ptr %26, align 8
  %178 = load i32, ptr %20, align 4
  %179 = sext i32 %178 to i64
  %180 = getelementptr inbounds [2 x <2 x float>], ptr %8, i64 0, i64 %179
  store <2 x float> %177, ptr %180, align 8
  br label %181
181:                                              ; preds = %148
  %182 = load i32, ptr %20, align 4
  %183 = add nsw i32 %182, 1
  store i32 %183, ptr %20, align 4
  br label %144, !llvm.loop !39
184:                                              ; preds = %147
  br label %185
185:                                              ; preds = %184
  %186 = load i64, ptr %9, align 8
  %187 = add nsw i64 %186, 2048
  store i64 %187, ptr %9, align 8
  br label %46, !llvm.loop !40
188:                                              ; preds = %52
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 1
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %6, align 8
  %193 = getelementptr inbounds i16, ptr %191, i64 %192
  %194 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %193)
  store double %194, ptr %28, align 8
  %195 = load <2 x float>, ptr %28, align 8
  store <2 x float> %195, ptr %27, align 8
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 2
  %198 = load ptr, ptr %197, align 8
  %199 = load i64, ptr %6, align 8
  %200 = getelementptr inbounds i16, ptr %198, i64 %199
  %201 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %200)
  store double %201, ptr %30, align 8
  %202 = load <2 x float>, ptr %30, align 8
  store <2 x float> %202, ptr %29, align 8
  store i32 0, ptr %31, align 4
  br label %203
203:                                              ; preds = %234, %188
  %204 = load i32, ptr %31, align 4
  %205 = icmp slt i32 %204, 2
  br i1 %205, label %207, label %206
206:                                              ; preds = %203
  store i32 20, ptr %10, align 4
  br label %237
207:                                              ; preds = %203
  %208 = load ptr, ptr %4, align 8
  %209 = getelementptr inbounds nuw %struct.Product, ptr %208, i32 0, i32 4
  %210 = load ptr, ptr %209, align 8
  %211 = load i64, ptr %5, align 8
  %212 = load i32, ptr %31, align 4
  %213 = sext i32 %212 to i64
  %214 = add nsw i64 %211, %213
  %215 = load ptr, ptr %4, align 8
  %216 = getelementptr inbounds nuw %struct.Product, ptr %215, i32 0, i32 9
  %217 = load i64, ptr %216, align 8
  %218 = mul nsw i64 %214, %217
  %219 = getelementptr inbounds i16, ptr %210, i64 %218
  %220 = load i64, ptr %6, align 8
  %221 = getelementptr inbounds i16, ptr %219, i64 %220
  %222 = load i32, ptr %31, align 4
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x <2 x float>], ptr %8, i64 0, i64 %223
  %225 = load <2 x float>, ptr %224, align 8
  %226 = load <2 x float>, ptr %27, align 8
  %227 = load <2 x float>, ptr %29, align 8
  store <2 x float> %225, ptr %32, align 8
  %228 = load double, ptr %32, align 8
  store <2 x float> %226, ptr %33, align 8
  %229 = load double, ptr %33, align 8
  store <2 x float> %227, ptr %34, align 8
  %230 = load double, ptr %34, align 8
  %231 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %228, double noundef %229, double noundef %230)
  store double %231, ptr %35, align 8
  %232 = load <2 x float>, ptr %35, align 8
  store <2 x float> %232, ptr %36, align 8
  %233 = load double, ptr %36, align 8
  call void @_ZL8round_toIDv2_fEvPtT_(ptr noundef %221, double noundef %233)
  br label %234
234:                                              ; preds = %207
  %235 = load i32, ptr %31, align 4
  %236 = add nsw i32 %235, 1
  store i32 %236, ptr %31, align 4
  br label %203, !llvm.loop !41
237:                                              ; preds = %206
  ret void
}
define internal void @_ZL4tileItLi1EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 1
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockItLi1EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 2
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !42
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 1
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !43
38:                                               ; preds = %8
  ret void
}
define internal void @_ZL5blockItLi1EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [1 x <2 x float>], align 8
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [1 x [2 x <8 x i32>]], align 32
  %12 = alloca i64, align 8
  %13 = alloca [2 x <16 x i16>], align 32
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <16 x i16>, align 32
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca <2 x float>, align 8
  %22 = alloca %struct.Rounded, align 8
  %23 = alloca <2 x float>, align 8
  %24 = alloca <2 x float>, align 8
  %25 = alloca <2 x float>, align 8
  %26 = alloca <2 x float>, align 8
  %27 = alloca <2 x float>, align 8
  %28 = alloca <2 x float>, align 8
  %29 = alloca <2 x float>, align 8
  %30 = alloca <2 x float>, align 8
  %31 = alloca i32, align 4
  %32 = alloca <2 x float>, align 8
  %33 = alloca <2 x float>, align 8
  %34 = alloca <2 x float>, align 8
  %35 = alloca <2 x float>, align 8
  %36 = alloca <2 x float>, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %37 = load ptr, ptr %4, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %6, align 8
  %41 = load ptr, ptr %4, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = getelementptr inbounds i8, ptr %39, i64 %44
  store ptr %45, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 8 %8, i8 0, i64 8, i1 false)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %185, %3
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %4, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 8
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  store i32 2, ptr %10, align 4
  br label %188
53:                                               ; preds = %46
  call void @llvm.memset.p0.i64(ptr align 32 %11, i8 0, i64 64, i1 false)
  %54 = load i64, ptr %9, align 8
  store i64 %54, ptr %12, align 8
  br label %55
55:                                               ; preds = %140, %53
  %56 = load i64, ptr %12, align 8
  %57 = load i64, ptr %9, align 8
  %58 = add nsw i64 %57, 2048
  %59 = load ptr, ptr %4, align 8
  %60 = getelementptr inbounds nuw %struct.Product, ptr %59, i32 0, i32 8
  %61 = load i64, ptr %60, align 8
  %62 = call noundef i64 @_ZL5leastll(i64 noundef %58, i64 noundef %61)
  %63 = icmp slt i64 %56, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %55
  store i32 5, ptr %10, align 4
  br label %143
65:                                               ; preds = %55
  store i32 0, ptr %14, align 4
  br label %66
66:                                               ; preds = %89, %65
  %67 = load i32, ptr %14, align 4
  %68 = icmp slt i32 %67, 2
  br i1 %68, label %70, label %69
69:                                               ; preds = %66
  store i32 8, ptr %10, align 4
  br label %92
70:                                               ; preds = %66
  %71 = load ptr, ptr %7, align 8
  %72 = load i32, ptr %14, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 8
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i8, ptr %71, i64 %77
  %79 = load i64, ptr %12, align 8
  %80 = getelementptr inbounds i8, ptr %78, i64 %79
  store ptr %80, ptr %15, align 8
  %81 = load ptr, ptr %15, align 8
  %82 = getelementptr inbounds i8, ptr %81, i64 4096
  call void @llvm.prefetch.p0(ptr %82, i32 0, i32 3, i32 1)
  %83 = load ptr, ptr %15, align 8
  %84 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %83)
  %85 = sext <16 x i8> %84 to <16 x i16>
  %86 = load i32, ptr %14, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %87
  store <16 x i16> %85, ptr %88, align 32
  br label %89
89:                                               ; preds = %70
  %90 = load i32, ptr %14, align 4
  %91 = add nsw i32 %90, 1
  store i32 %91, ptr %14, align 4
  br label %66, !llvm.loop !44
92:                                               ; preds = %69
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %136, %92
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 1
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %10, align 4
  br label %139
97:                                               ; preds = %93
  %98 = load ptr, ptr %4, align 8
  %99 = load i64, ptr %5, align 8
  %100 = load i32, ptr %16, align 4
  %101 = sext i32 %100 to i64
  %102 = add nsw i64 %99, %101
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %98, i64 noundef %102)
  %103 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %104 = load ptr, ptr %103, align 8
  %105 = load i64, ptr %12, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %106)
  store <16 x i16> %107, ptr %17, align 32
  store i32 0, ptr %19, align 4
  br label %108
108:                                              ; preds = %132, %97
  %109 = load i32, ptr %19, align 4
  %110 = icmp slt i32 %109, 2
  br i1 %110, label %112, label %111
111:                                              ; preds = %108
  store i32 14, ptr %10, align 4
  br label %135
112:                                              ; preds = %108
  %113 = load i32, ptr %16, align 4
  %114 = sext i32 %113 to i64
  %115 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %114
  %116 = load i32, ptr %19, align 4
  %117 = sext i32 %116 to i64
  %118 = getelementptr inbounds [2 x <8 x i32>], ptr %115, i64 0, i64 %117
  %119 = load <8 x i32>, ptr %118, align 32
  %120 = load i32, ptr %19, align 4
  %121 = sext i32 %120 to i64
  %122 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %121
  %123 = load <16 x i16>, ptr %122, align 32
  %124 = load <16 x i16>, ptr %17, align 32
  %125 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %119, <16 x i16> noundef %123, <16 x i16> noundef %124)
  %126 = load i32, ptr %16, align 4
  %127 = sext i32 %126 to i64
  %128 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %127
  %129 = load i32, ptr %19, align 4
  %130 = sext i32 %129 to i64
  %131 = getelementptr inbounds [2 x <8 x i32>], ptr %128, i64 0, i64 %130
  store <8 x i32> %125, ptr %131, align 32
  br label %132
132:                                              ; preds = %112
  %133 = load i32, ptr %19, align 4
  %134 = add nsw i32 %133, 1
  store i32 %134, ptr %19, align 4
  br label %108, !llvm.loop !45
135:                                              ; preds = %111
  br label %136
136:                                              ; preds = %135
  %137 = load i32, ptr %16, align 4
  %138 = add nsw i32 %137, 1
  store i32 %138, ptr %16, align 4
  br label %93, !llvm.loop !46
139:                                              ; preds = %96
  br label %140
140:                                              ; preds = %139
  %141 = load i64, ptr %12, align 8
  %142 = add nsw i64 %141, 16
  store i64 %142, ptr %12, align 8
  br label %55, !llvm.loop !47
143:                                              ; preds = %64
  store i32 0, ptr %20, align 4
  br label %144
144:                                              ; preds = %181, %143
  %145 = load i32, ptr %20, align 4
  %146 = icmp slt i32 %145, 1
  br i1 %146, label %148, label %147
147:                                              ; preds = %144
  store i32 17, ptr %10, align 4
  br label %184
148:                                              ; preds = %144
  %149 = load i32, ptr %20, align 4
  %150 = sext i32 %149 to i64
  %151 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %150
  %152 = getelementptr inbounds [2 x <8 x i32>], ptr %151, i64 0, i64 0
  %153 = call noundef double @_ZL9totals_ofPDv8_i(ptr noundef %152)
  store double %153, ptr %21, align 8
  %154 = load <2 x float>, ptr %21, align 8
  %155 = load ptr, ptr %4, align 8
  %156 = load i64, ptr %5, align 8
  %157 = load i32, ptr %20, align 4
  %158 = sext i32 %157 to i64
  %159 = add nsw i64 %156, %158
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %22, ptr noundef %155, i64 noundef %159)
  %160 = getelementptr inbounds nuw %struct.Rounded, ptr %22, i32 0, i32 1
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %9, align 8
  %163 = sdiv i64 %162, 2048
  %164 = getelementptr inbounds float, ptr %161, i64 %163
  %165 = load float, ptr %164, align 4
  %166 = insertelement <2 x float> poison, float %165, i64 0
  %167 = shufflevector <2 x float> %166, <2 x float> poison, <2 x i32> zeroinitializer
  %168 = fadd <2 x float> zeroinitializer, %167
  %169 = load i32, ptr %20, align 4
  %170 = sext i32 %169 to i64
  %171 = getelementptr inbounds [1 x <2 x float>], ptr %8, i64 0, i64 %170
  %172 = load <2 x float>, ptr %171, align 8
  store <2 x float> %154, ptr %23, align 8
  %173 = load double, ptr %23, align 8
  store <2 x float> %168, ptr %24, align 8
  %174 = load double, ptr %24, align 8
  store <2 x float> %172, ptr %25, align 8
  %175 = load double, ptr %25, align 8
  %176 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %173, double noundef %174, double noundef %175)
  store double %176, ptr %26, align 8
  %177 = load <2 x float>, ptr %26, align 8
  %178 = load i32, ptr %20, align 4
  %179 = sext i32 %178 to i64
  %180 = getelementptr inbounds [1 x <2 x float>], ptr %8, i64 0, i64 %179
  store <2 x float> %177, ptr %180, align 8
  br label %181
181:                                              ; preds = %148
  %182 = load i32, ptr %20, align 4
  %183 = add nsw i32 %182, 1
  store i32 %183, ptr %20, align 4
  br label %144, !llvm.loop !48
184:                                              ; preds = %147
  br label %185
185:                                              ; preds = %184
  %186 = load i64, ptr %9, align 8
  %187 = add nsw i64 %186, 2048
  store i64 %187, ptr %9, align 8
  br label %46, !llvm.loop !49
188:                                              ; preds = %52
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 1
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %6, align 8
  %193 = getelementptr inbounds i16, ptr %191, i64 %192
  %194 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %193)
  store double %194, ptr %28, align 8
  %195 = load <2 x float>, ptr %28, align 8
  store <2 x float> %195, ptr %27, align 8
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 2
  %198 = load ptr, ptr %197, align 8
  %199 = load i64, ptr %6, align 8
  %200 = getelementptr inbounds i16, ptr %198, i64 %199
  %201 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %200)
  store double %201, ptr %30, align 8
  %202 = load <2 x float>, ptr %30, align 8
  store <2 x float> %202, ptr %29, align 8
  store i32 0, ptr %31, align 4
  br label %203
203:                                              ; preds = %234, %188
  %204 = load i32, ptr %31, align 4
  %205 = icmp slt i32 %204, 1
  br i1 %205, label %207, label %206
206:                                              ; preds = %203
  store i32 20, ptr %10, align 4
  br label %237
207:                                              ; preds = %203
  %208 = load ptr, ptr %4, align 8
  %209 = getelementptr inbounds nuw %struct.Product, ptr %208, i32 0, i32 4
  %210 = load ptr, ptr %209, align 8
  %211 = load i64, ptr %5, align 8
  %212 = load i32, ptr %31, align 4
  %213 = sext i32 %212 to i64
  %214 = add nsw i64 %211, %213
  %215 = load ptr, ptr %4, align 8
  %216 = getelementptr inbounds nuw %struct.Product, ptr %215, i32 0, i32 9
  %217 = load i64, ptr %216, align 8
  %218 = mul nsw i64 %214, %217
  %219 = getelementptr inbounds i16, ptr %210, i64 %218
  %220 = load i64, ptr %6, align 8
  %221 = getelementptr inbounds i16, ptr %219, i64 %220
  %222 = load i32, ptr %31, align 4
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [1 x <2 x float>], ptr %8, i64 0, i64 %223
  %225 = load <2 x float>, ptr %224, align 8
  %226 = load <2 x float>, ptr %27, align 8
  %227 = load <2 x float>, ptr %29, align 8
  store <2 x float> %225, ptr %32, align 8
  %228 = load double, ptr %32, align 8
  store <2 x float> %226, ptr %33, align 8
  %229 = load double, ptr %33, align 8
  store <2 x float> %227, ptr %34, align 8
  %230 = load double, ptr %34, align 8
  %231 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %228, double noundef %229, double noundef %230)
  store double %231, ptr %35, align 8
  %232 = load <2 x float>, ptr %35, align 8
  store <2 x float> %232, ptr %36, align 8
  %233 = load double, ptr %36, align 8
  call void @_ZL8round_toIDv2_fEvPtT_(ptr noundef %221, double noundef %233)
  br label %234
234:                                              ; preds = %207
  %235 = load i32, ptr %31, align 4
  %236 = add nsw i32 %235, 1
  store i32 %236, ptr %31, align 4
  br label %203, !llvm.loop !50
237:                                              ; preds = %206
  ret void
}
define internal void @_ZL5shareIZL8multiplyIfEvP7ProductEUllE_EvlT_(i64 noundef %0, ptr %1, i64 %2) #2 {
  %4 = alloca %class.anon.10, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 0
  store ptr %1, ptr %10, align 8
  %11 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 1
  store i64 %2, ptr %11, align 8
  store i64 %0, ptr %5, align 8
  %12 = call i32 @omp_get_thread_num()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = call i32 @omp_get_num_threads()
  %15 = sext i32 %14 to i64
  store i64 %15, ptr %7, align 8
  %16 = load i64, ptr %5, align 8
  %17 = load i64, ptr %6, align 8
  %18 = add nsw i64 %17, 1
  %19 = mul nsw i64 %16, %18
  %20 = load i64, ptr %7, align 8
  %21 = sdiv i64 %19, %20
  store i64 %21, ptr %8, align 8
  %22 = load i64, ptr %5, align 8
  %23 = load i64, ptr %6, align 8
  %24 = mul nsw i64 %22, %23
  %25 = load i64, ptr %7, align 8
  %26 = sdiv i64 %24, %25
  store i64 %26, ptr %9, align 8
  br label %27
27:                                               ; preds = %34, %3
  %28 = load i64, ptr %9, align 8
  %29 = load i64, ptr %8, align 8
  %30 = icmp slt i64 %28, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %27
  br label %37
32:                                               ; preds = %27
  %33 = load i64, ptr %9, align 8
  call void @_ZZL8multiplyIfEvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(16) %4, i64 noundef %33)
  br label %34
34:                                               ; preds = %32
  %35 = load i64, ptr %9, align 8
  %36 = add nsw i64 %35, 1
  store i64 %36, ptr %9, align 8
  br label %27, !llvm.loop !51
37:                                               ; preds = %31
  ret void
}
define internal void @_ZL10take_tilesIZL8multiplyIfEvP7ProductEUllE0_EvS2_lT_(ptr noundef %0, i64 noundef %1, ptr %2) #2 {
  %4 = alloca %class.anon.11, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  %17 = alloca i64, align 8
  %18 = getelementptr inbounds nuw %class.anon.11, ptr %4, i32 0, i32 0
  store ptr %2, ptr %18, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  %19 = call i32 @omp_get_num_threads()
  %20 = sext i32 %19 to i64
  %21 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef 64)
  store i64 %21, ptr %7, align 8
  %22 = call i32 @omp_get_thread_num()
  %23 = sext i32 %22 to i64
  store i64 %23, ptr %8, align 8
  %24 = load i64, ptr %8, align 8
  %25 = load i64, ptr %7, align 8
  %26 = icmp slt i64 %24, %25
  br i1 %26, label %27, label %32
27:                                               ; preds = %3
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 13
  %30 = load i64, ptr %8, align 8
  %31 = getelementptr inbounds [64 x i64], ptr %29, i64 0, i64 %30
  store i64 0, ptr %31, align 8
  br label %32
32:                                               ; preds = %27, %3
  call void @GOMP_barrier()
  store i64 0, ptr %9, align 8
  br label %33
33:                                               ; preds = %81, %32
  %34 = load i64, ptr %9, align 8
  %35 = load i64, ptr %7, align 8
  %36 = icmp slt i64 %34, %35
  br i1 %36, label %38, label %37
37:                                               ; preds = %33
  br label %84
38:                                               ; preds = %33
  %39 = load i64, ptr %8, align 8
  %40 = load i64, ptr %9, align 8
  %41 = add nsw i64 %39, %40
  %42 = load i64, ptr %7, align 8
  %43 = srem i64 %41, %42
  store i64 %43, ptr %10, align 8
  %44 = load i64, ptr %6, align 8
  %45 = load i64, ptr %10, align 8
  %46 = mul nsw i64 %44, %45
  %47 = load i64, ptr %7, align 8
  %48 = sdiv i64 %46, %47
  store i64 %48, ptr %11, align 8
  %49 = load i64, ptr %6, align 8
  %50 = load i64, ptr %10, align 8
  %51 = add nsw i64 %50, 1
  %52 = mul nsw i64 %49, %51
  %53 = load i64, ptr %7, align 8
  %54 = sdiv i64 %52, %53
  store i64 %54, ptr %12, align 8
  %55 = load ptr, ptr %5, align 8
  %56 = getelementptr inbounds nuw %struct.Product, ptr %55, i32 0, i32 13
  %57 = getelementptr inbounds [64 x i64], ptr %56, i64 0, i64 0
  %58 = load i64, ptr %10, align 8
  %59 = getelementptr inbounds i64, ptr %57, i64 %58
  store ptr %59, ptr %13, align 8
  br label %60
60:                                               ; preds = %79, %38
  %61 = load ptr, ptr %13, align 8
  %62 = load atomic i64, ptr %61 monotonic, align 8
  store i64 %62, ptr %15, align 8
  %63 = load i64, ptr %15, align 8
  %64 = load i64, ptr %12, align 8
  %65 = load i64, ptr %11, align 8
  %66 = sub nsw i64 %64, %65
  %67 = icmp slt i64 %63, %66
  br i1 %67, label %68, label %80
68:                                               ; preds = %60
  %69 = load i64, ptr %11, align 8
  %70 = load ptr, ptr %13, align 8
  store i64 1, ptr %16, align 8
  %71 = load i64, ptr %16, align 8
  %72 = atomicrmw add ptr %70, i64 %71 monotonic, align 8
  store i64 %72, ptr %17, align 8
  %73 = load i64, ptr %17, align 8
  %74 = add nsw i64 %69, %73
  store i64 %74, ptr %14, align 8
  %75 = load i64, ptr %12, align 8
  %76 = icmp slt i64 %74, %75
  br i1 %76, label %77, label %79
77:                                               ; preds = %68
  %78 = load i64, ptr %14, align 8
  call void @_ZZL8multiplyIfEvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(8) %4, i64 noundef %78)
  br label %79
79:                                               ; preds = %77, %68
  br label %60, !llvm.loop !52
80:                                               ; preds = %60
  br label %81
81:                                               ; preds = %80
  %82 = load i64, ptr %9, align 8
  %83 = add nsw i64 %82, 1
  store i64 %83, ptr %9, align 8
  br label %33, !llvm.loop !53
84:                                               ; preds = %37
  ret void
}
define internal void @_ZZL8multiplyIfEvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(16) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.10, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.10, ptr %5, i32 0, i32 1
  %10 = load i64, ptr %9, align 8
  %11 = sdiv i64 %8, %10
  %12 = load i64, ptr %4, align 8
  %13 = getelementptr inbounds nuw %class.anon.10, ptr %5, i32 0, i32 1
  %14 = load i64, ptr %13, align 8
  %15 = srem i64 %12, %14
  %16 = mul nsw i64 %15, 2048
  call void @_ZL5roundIfEvPK7Productll(ptr noundef %7, i64 noundef %11, i64 noundef %16)
  ret void
}
define internal void @_ZL5roundIfEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #5 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca %struct.Rounded, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca <8 x float>, align 32
  %11 = alloca i64, align 8
  %12 = alloca float, align 4
  %13 = alloca float, align 4
  %14 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %15 = load ptr, ptr %4, align 8
  %16 = load i64, ptr %5, align 8
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %7, ptr noundef %15, i64 noundef %16)
  %17 = load ptr, ptr %4, align 8
  %18 = getelementptr inbounds nuw %struct.Product, ptr %17, i32 0, i32 3
  %19 = load ptr, ptr %18, align 8
  %20 = load i64, ptr %5, align 8
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 8
  %23 = load i64, ptr %22, align 8
  %24 = mul nsw i64 %20, %23
  %25 = getelementptr inbounds float, ptr %19, i64 %24
  store ptr %25, ptr %8, align 8
  %26 = load i64, ptr %6, align 8
  %27 = add nsw i64 %26, 2048
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 8
  %30 = load i64, ptr %29, align 8
  %31 = call noundef i64 @_ZL5leastll(i64 noundef %27, i64 noundef %30)
  store i64 %31, ptr %9, align 8
  store <8 x float> zeroinitializer, ptr %10, align 32
  %32 = load i64, ptr %6, align 8
  store i64 %32, ptr %11, align 8
  br label %33
33:                                               ; preds = %46, %3
  %34 = load i64, ptr %11, align 8
  %35 = load i64, ptr %9, align 8
  %36 = icmp slt i64 %34, %35
  br i1 %36, label %38, label %37
37:                                               ; preds = %33
  br label %49
38:                                               ; preds = %33
  %39 = load ptr, ptr %8, align 8
  %40 = load i64, ptr %11, align 8
  %41 = getelementptr inbounds float, ptr %39, i64 %40
  %42 = call noundef <8 x float> @_ZL4wideILi8EEDaPKf(ptr noundef %41)
  %43 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %42)
  %44 = load <8 x float>, ptr %10, align 32
  %45 = call <8 x float> @llvm.maximum.v8f32(<8 x float> %43, <8 x float> %44)
  store <8 x float> %45, ptr %10, align 32
  br label %46
46:                                               ; preds = %38
  %47 = load i64, ptr %11, align 8
  %48 = add nsw i64 %47, 8
  store i64 %48, ptr %11, align 8
  br label %33, !llvm.loop !54
49:                                               ; preds = %37
  %50 = load <8 x float>, ptr %10, align 32
  %51 = call float @llvm.vector.reduce.fmaximum.v8f32(<8 x float> %50)
  %52 = fdiv float %51, 3.276700e+04
  store float %52, ptr %12, align 4
  %53 = load float, ptr %12, align 4
  %54 = fcmp olt float %53, 0x3810000000000000
  br i1 %54, label %55, label %56
55:                                               ; preds = %49
  br label %58
56:                                               ; preds = %49
  %57 = load float, ptr %12, align 4
  br label %58
58:                                               ; preds = %56, %55
  %59 = phi float [ 0x3810000000000000, %55 ], [ %57, %56 ]
  store float %59, ptr %13, align 4
  %60 = load float, ptr %13, align 4
  %61 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 1
  %62 = load ptr, ptr %61, align 8
  %63 = load i64, ptr %6, align 8
  %64 = sdiv i64 %63, 2048
  %65 = getelementptr inbounds float, ptr %62, i64 %64
  store float %60, ptr %65, align 4
  %66 = load i64, ptr %6, align 8
  store i64 %66, ptr %14, align 8
  br label %67
67:                                               ; preds = %86, %58
  %68 = load i64, ptr %14, align 8
  %69 = load i64, ptr %9, align 8
  %70 = icmp slt i64 %68, %69
  br i1 %70, label %72, label %71
71:                                               ; preds = %67
  br label %89
72:                                               ; preds = %67
  %73 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 0
  %74 = load ptr, ptr %73, align 8
  %75 = load i64, ptr %14, align 8
  %76 = getelementptr inbounds i16, ptr %74, i64 %75
  %77 = load ptr, ptr %8, align 8
  %78 = load i64, ptr %14, align 8
  %79 = getelementptr inbounds float, ptr %77, i64 %78
  %80 = call noundef <8 x float> @_ZL4wideILi8EEDaPKf(ptr noundef %79)
  %81 = load float, ptr %13, align 4
  %82 = fdiv float 1.000000e+00, %81
  %83 = insertelement <8 x float> poison, float %82, i64 0
  %84 = shufflevector <8 x float> %83, <8 x float> poison, <8 x i32> zeroinitializer
  %85 = fmul <8 x float> %80, %84
  call void @_ZL11put_roundedIsEvPT_Dv8_f(ptr noundef %76, <8 x float> noundef %85)
  br label %86
86:                                               ; preds = %72
  %87 = load i64, ptr %14, align 8
  %88 = add nsw i64 %87, 8
  store i64 %88, ptr %14, align 8
  br label %67, !llvm.loop !55
89:                                               ; preds = %71
  ret void
}
define internal noundef <8 x float> @_ZL4wideILi8EEDaPKf(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %3)
  ret <8 x float> %4
}
define internal noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.12, ptr %3, i32 0, i32 0
  %5 = load <8 x float>, ptr %4, align 1
  ret <8 x float> %5
}
define internal void @_ZZL8multiplyIfEvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.11, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = mul nsw i64 %8, 32
  call void @_ZL4tileIfLi6EEvPK7Productll(ptr noundef %7, i64 noundef 0, i64 noundef %9)
  ret void
}
define internal void @_ZL4tileIfLi6EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 6
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockIfLi6EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 2
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !56
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 6
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !57
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileIfLi4EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal void @_ZL5blockIfLi6EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [6 x <2 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [6 x [2 x <8 x i32>]], align 32
  %12 = alloca i64, align 8
  %13 = alloca [2 x <16 x i16>], align 32
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <16 x i16>, align 32
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca <2 x float>, align 8
  %22 = alloca %struct.Rounded, align 8
  %23 = alloca <2 x float>, align 8
  %24 = alloca <2 x float>, align 8
  %25 = alloca <2 x float>, align 8
  %26 = alloca <2 x float>, align 8
  %27 = alloca <2 x float>, align 8
  %28 = alloca <2 x float>, align 8
  %29 = alloca <2 x float>, align 8
  %30 = alloca <2 x float>, align 8
  %31 = alloca i32, align 4
  %32 = alloca <2 x float>, align 8
  %33 = alloca <2 x float>, align 8
  %34 = alloca <2 x float>, align 8
  %35 = alloca <2 x float>, align 8
  %36 = alloca <2 x float>, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %37 = load ptr, ptr %4, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %6, align 8
  %41 = load ptr, ptr %4, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = getelementptr inbounds i8, ptr %39, i64 %44
  store ptr %45, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 48, i1 false)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %185, %3
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %4, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 8
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  store i32 2, ptr %10, align 4
  br label %188
53:                                               ; preds = %46
  call void @llvm.memset.p0.i64(ptr align 32 %11, i8 0, i64 384, i1 false)
  %54 = load i64, ptr %9, align 8
  store i64 %54, ptr %12, align 8
  br label %55
55:                                               ; preds = %140, %53
  %56 = load i64, ptr %12, align 8
  %57 = load i64, ptr %9, align 8
  %58 = add nsw i64 %57, 2048
  %59 = load ptr, ptr %4, align 8
  %60 = getelementptr inbounds nuw %struct.Product, ptr %59, i32 0, i32 8
  %61 = load i64, ptr %60, align 8
  %62 = call noundef i64 @_ZL5leastll(i64 noundef %58, i64 noundef %61)
  %63 = icmp slt i64 %56, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %55
  store i32 5, ptr %10, align 4
  br label %143
65:                                               ; preds = %55
  store i32 0, ptr %14, align 4
  br label %66
66:                                               ; preds = %89, %65
  %67 = load i32, ptr %14, align 4
  %68 = icmp slt i32 %67, 2
  br i1 %68, label %70, label %69
69:                                               ; preds = %66
  store i32 8, ptr %10, align 4
  br label %92
70:                                               ; preds = %66
  %71 = load ptr, ptr %7, align 8
  %72 = load i32, ptr %14, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 8
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i8, ptr %71, i64 %77
  %79 = load i64, ptr %12, align 8
  %80 = getelementptr inbounds i8, ptr %78, i64 %79
  store ptr %80, ptr %15, align 8
  %81 = load ptr, ptr %15, align 8
  %82 = getelementptr inbounds i8, ptr %81, i64 4096
  call void @llvm.prefetch.p0(ptr %82, i32 0, i32 3, i32 1)
  %83 = load ptr, ptr %15, align 8
  %84 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %83)
  %85 = sext <16 x i8> %84 to <16 x i16>
  %86 = load i32, ptr %14, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %87
  store <16 x i16> %85, ptr %88, align 32
  br label %89
89:                                               ; preds = %70
  %90 = load i32, ptr %14, align 4
  %91 = add nsw i32 %90, 1
  store i32 %91, ptr %14, align 4
  br label %66, !llvm.loop !58
92:                                               ; preds = %69
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %136, %92
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 6
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %10, align 4
  br label %139
97:                                               ; preds = %93
  %98 = load ptr, ptr %4, align 8
  %99 = load i64, ptr %5, align 8
  %100 = load i32, ptr %16, align 4
  %101 = sext i32 %100 to i64
  %102 = add nsw i64 %99, %101
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %98, i64 noundef %102)
  %103 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %104 = load ptr, ptr %103, align 8
  %105 = load i64, ptr %12, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %106)
  store <16 x i16> %107, ptr %17, align 32
  store i32 0, ptr %19, align 4
  br label %108
108:                                              ; preds = %132, %97
  %109 = load i32, ptr %19, align 4
  %110 = icmp slt i32 %109, 2
  br i1 %110, label %112, label %111
111:                                              ; preds = %108
  store i32 14, ptr %10, align 4
  br label %135
112:                                              ; preds = %108
  %113 = load i32, ptr %16, align 4
  %114 = sext i32 %113 to i64
  %115 = getelementptr inbounds [6 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %114
  %116 = load i32, ptr %19, align 4
  %117 = sext i32 %116 to i64
  %118 = getelementptr inbounds [2 x <8 x i32>], ptr %115, i64 0, i64 %117
  %119 = load <8 x i32>, ptr %118, align 32
  %120 = load i32, ptr %19, align 4
  %121 = sext i32 %120 to i64
  %122 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %121
  %123 = load <16 x i16>, ptr %122, align 32
  %124 = load <16 x i16>, ptr %17, align 32
  %125 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %119, <16 x i16> noundef %123, <16 x i16> noundef %124)
  %126 = load i32, ptr %16, align 4
  %127 = sext i32 %126 to i64
  %128 = getelementptr inbounds [6 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %127
  %129 = load i32, ptr %19, align 4
  %130 = sext i32 %129 to i64
  %131 = getelementptr inbounds [2 x <8 x i32>], ptr %128, i64 0, i64 %130
  store <8 x i32> %125, ptr %131, align 32
  br label %132
132:                                              ; preds = %112
  %133 = load i32, ptr %19, align 4
  %134 = add nsw i32 %133, 1
  store i32 %134, ptr %19, align 4
  br label %108, !llvm.loop !59
135:                                              ; preds = %111
  br label %136
136:                                              ; preds = %135
  %137 = load i32, ptr %16, align 4
  %138 = add nsw i32 %137, 1
  store i32 %138, ptr %16, align 4
  br label %93, !llvm.loop !60
139:                                              ; preds = %96
  br label %140
140:                                              ; preds = %139
  %141 = load i64, ptr %12, align 8
  %142 = add nsw i64 %141, 16
  store i64 %142, ptr %12, align 8
  br label %55, !llvm.loop !61
143:                                              ; preds = %64
  store i32 0, ptr %20, align 4
  br label %144
144:                                              ; preds = %181, %143
  %145 = load i32, ptr %20, align 4
  %146 = icmp slt i32 %145, 6
  br i1 %146, label %148, label %147
147:                                              ; preds = %144
  store i32 17, ptr %10, align 4
  br label %184
148:                                              ; preds = %144
  %149 = load i32, ptr %20, align 4
  %150 = sext i32 %149 to i64
  %151 = getelementptr inbounds [6 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %150
  %152 = getelementptr inbounds [2 x <8 x i32>], ptr %151, i64 0, i64 0
  %153 = call noundef double @_ZL9totals_ofPDv8_i(ptr noundef %152)
  store double %153, ptr %21, align 8
  %154 = load <2 x float>, ptr %21, align 8
  %155 = load ptr, ptr %4, align 8
  %156 = load i64, ptr %5, align 8
  %157 = load i32, ptr %20, align 4
  %158 = sext i32 %157 to i64
  %159 = add nsw i64 %156, %158
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %22, ptr noundef %155, i64 noundef %159)
  %160 = getelementptr inbounds nuw %struct.Rounded, ptr %22, i32 0, i32 1
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %9, align 8
  %163 = sdiv i64 %162, 2048
  %164 = getelementptr inbounds float, ptr %161, i64 %163
  %165 = load float, ptr %164, align 4
  %166 = insertelement <2 x float> poison, float %165, i64 0
  %167 = shufflevector <2 x float> %166, <2 x float> poison, <2 x i32> zeroinitializer
  %168 = fadd <2 x float> zeroinitializer, %167
  %169 = load i32, ptr %20, align 4
  %170 = sext i32 %169 to i64
  %171 = getelementptr inbounds [6 x <2 x float>], ptr %8, i64 0, i64 %170
  %172 = load <2 x float>, ptr %171, align 8
  store <2 x float> %154, ptr %23, align 8
  %173 = load double, ptr %23, align 8
  store <2 x float> %168, ptr %24, align 8
  %174 = load double, ptr %24, align 8
  store <2 x float> %172, ptr %25, align 8
  %175 = load double, ptr %25, align 8
  %176 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %173, double noundef %174, double noundef %175)
  store double %176, ptr %26, align 8
  %177 = load <2 x float>, ptr %26, align 8
  %178 = load i32, ptr %20, align 4
  %179 = sext i32 %178 to i64
  %180 = getelementptr inbounds [6 x <2 x float>], ptr %8, i64 0, i64 %179
  store <2 x float> %177, ptr %180, align 8
  br label %181
181:                                              ; preds = %148
  %182 = load i32, ptr %20, align 4
  %183 = add nsw i32 %182, 1
  store i32 %183, ptr %20, align 4
  br label %144, !llvm.loop !62
184:                                              ; preds = %147
  br label %185
185:                                              ; preds = %184
  %186 = load i64, ptr %9, align 8
  %187 = add nsw i64 %186, 2048
  store i64 %187, ptr %9, align 8
  br label %46, !llvm.loop !63
188:                                              ; preds = %52
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 1
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %6, align 8
  %193 = getelementptr inbounds i16, ptr %191, i64 %192
  %194 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %193)
  store double %194, ptr %28, align 8
  %195 = load <2 x float>, ptr %28, align 8
  store <2 x float> %195, ptr %27, align 8
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 2
  %198 = load ptr, ptr %197, align 8
  %199 = load i64, ptr %6, align 8
  %200 = getelementptr inbounds float, ptr %198, i64 %199
  %201 = call noundef double @_ZL4wideILi2EEDaPKf(ptr noundef %200)
  store double %201, ptr %30, align 8
  %202 = load <2 x float>, ptr %30, align 8
  store <2 x float> %202, ptr %29, align 8
  store i32 0, ptr %31, align 4
  br label %203
203:                                              ; preds = %234, %188
  %204 = load i32, ptr %31, align 4
  %205 = icmp slt i32 %204, 6
  br i1 %205, label %207, label %206
206:                                              ; preds = %203
  store i32 20, ptr %10, align 4
  br label %237
207:                                              ; preds = %203
  %208 = load ptr, ptr %4, align 8
  %209 = getelementptr inbounds nuw %struct.Product, ptr %208, i32 0, i32 4
  %210 = load ptr, ptr %209, align 8
  %211 = load i64, ptr %5, align 8
  %212 = load i32, ptr %31, align 4
  %213 = sext i32 %212 to i64
  %214 = add nsw i64 %211, %213
  %215 = load ptr, ptr %4, align 8
  %216 = getelementptr inbounds nuw %struct.Product, ptr %215, i32 0, i32 9
  %217 = load i64, ptr %216, align 8
  %218 = mul nsw i64 %214, %217
  %219 = getelementptr inbounds float, ptr %210, i64 %218
  %220 = load i64, ptr %6, align 8
  %221 = getelementptr inbounds float, ptr %219, i64 %220
  %222 = load i32, ptr %31, align 4
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [6 x <2 x float>], ptr %8, i64 0, i64 %223
  %225 = load <2 x float>, ptr %224, align 8
  %226 = load <2 x float>, ptr %27, align 8
  %227 = load <2 x float>, ptr %29, align 8
  store <2 x float> %225, ptr %32, align 8
  %228 = load double, ptr %32, align 8
  store <2 x float> %226, ptr %33, align 8
  %229 = load double, ptr %33, align 8
  store <2 x float> %227, ptr %34, align 8
  %230 = load double, ptr %34, align 8
  %231 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %228, double noundef %229, double noundef %230)
  store double %231, ptr %35, align 8
  %232 = load <2 x float>, ptr %35, align 8
  store <2 x float> %232, ptr %36, align 8
  %233 = load double, ptr %36, align 8
  call void @_ZL8round_toIDv2_fEvPfT_(ptr noundef %221, double noundef %233)
  br label %234
234:                                              ; preds = %207
  %235 = load i32, ptr %31, align 4
  %236 = add nsw i32 %235, 1
  store i32 %236, ptr %31, align 4
  br label %203, !llvm.loop !64
237:                                              ; preds = %206
  ret void
}
define internal void @_ZL4tileIfLi4EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 4
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockIfLi4EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 2
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !65
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 4
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !66
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileIfLi2EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal noundef double @_ZL4wideILi2EEDaPKf(ptr noundef %0) #2 {
  %2 = alloca <2 x float>, align 8
  %3 = alloca ptr, align 8
  %4 = alloca <2 x float>, align 8
  store ptr %0, ptr %3, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = call noundef double @_ZL4loadIDv2_fET_PKv(ptr noundef %5)
  store double %6, ptr %4, align 8
  %7 = load <2 x float>, ptr %4, align 8
  store <2 x float> %7, ptr %2, align 8
  %8 = load double, ptr %2, align 8
  ret double %8
}
define internal void @_ZL8round_toIDv2_fEvPfT_(ptr noundef %0, double noundef %1) #2 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca ptr, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca <2 x float>, align 8
  store double %1, ptr %3, align 8
  %7 = load <2 x float>, ptr %3, align 8
  store ptr %0, ptr %4, align 8
  store <2 x float> %7, ptr %5, align 8
  %8 = load ptr, ptr %4, align 8
  %9 = load <2 x float>, ptr %5, align 8
  store <2 x float> %9, ptr %6, align 8
  %10 = load double, ptr %6, align 8
  call void @_ZL3putIDv2_fEvPvT_(ptr noundef %8, double noundef %10)
  ret void
}
define internal noundef double @_ZL4loadIDv2_fET_PKv(ptr noundef %0) #2 {
  %2 = alloca <2 x float>, align 8
  %3 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds nuw %struct.Anywhere.13, ptr %4, i32 0, i32 0
  %6 = load <2 x float>, ptr %5, align 1
  store <2 x float> %6, ptr %2, align 8
  %7 = load double, ptr %2, align 8
  ret double %7
}
define internal void @_ZL3putIDv2_fEvPvT_(ptr noundef %0, double noundef %1) #2 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca ptr, align 8
  %5 = alloca <2 x float>, align 8
  store double %1, ptr %3, align 8
  %6 = load <2 x float>, ptr %3, align 8
  store ptr %0, ptr %4, align 8
  store <2 x float> %6, ptr %5, align 8
  %7 = load <2 x float>, ptr %5, align 8
  %8 = load ptr, ptr %4, align 8
  %9 = getelementptr inbounds nuw %struct.Anywhere.13, ptr %8, i32 0, i32 0
  store <2 x float> %7, ptr %9, align 1
  ret void
}
define internal void @_ZL5blockIfLi4EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [4 x <2 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [4 x [2 x <8 x i32>]], align 32
  %12 = alloca i64, align 8
  %13 = alloca [2 x <16 x i16>], align 32
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <16 x i16>, align 32
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca <2 x float>, align 8
  %22 = alloca %struct.Rounded, align 8
  %23 = alloca <2 x float>, align 8
  %24 = alloca <2 x float>, align 8
  %25 = alloca <2 x float>, align 8
  %26 = alloca <2 x float>, align 8
  %27 = alloca <2 x float>, align 8
  %28 = alloca <2 x float>, align 8
  %29 = alloca <2 x float>, align 8
  %30 = alloca <2 x float>, align 8
  %31 = alloca i32, align 4
  %32 = alloca <2 x float>, align 8
  %33 = alloca <2 x float>, align 8
  %34 = alloca <2 x float>, align 8
  %35 = alloca <2 x float>, align 8
  %36 = alloca <2 x float>, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %37 = load ptr, ptr %4, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %6, align 8
  %41 = load ptr, ptr %4, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = getelementptr inbounds i8, ptr %39, i64 %44
  store ptr %45, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 32, i1 false)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %185, %3
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %4, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 8
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  store i32 2, ptr %10, align 4
  br label %188
53:                                               ; preds = %46
  call void @llvm.memset.p0.i64(ptr align 32 %11, i8 0, i64 256, i1 false)
  %54 = load i64, ptr %9, align 8
  store i64 %54, ptr %12, align 8
  br label %55
55:                                               ; preds = %140, %53
  %56 = load i64, ptr %12, align 8
  %57 = load i64, ptr %9, align 8
  %58 = add nsw i64 %57, 2048
  %59 = load ptr, ptr %4, align 8
  %60 = getelementptr inbounds nuw %struct.Product, ptr %59, i32 0, i32 8
  %61 = load i64, ptr %60, align 8
  %62 = call noundef i64 @_ZL5leastll(i64 noundef %58, i64 noundef %61)
  %63 = icmp slt i64 %56, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %55
  store i32 5, ptr %10, align 4
  br label %143
65:                                               ; preds = %55
  store i32 0, ptr %14, align 4
  br label %66
66:                                               ; preds = %89, %65
  %67 = load i32, ptr %14, align 4
  %68 = icmp slt i32 %67, 2
  br i1 %68, label %70, label %69
69:                                               ; preds = %66
  store i32 8, ptr %10, align 4
  br label %92
70:                                               ; preds = %66
  %71 = load ptr, ptr %7, align 8
  %72 = load i32, ptr %14, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 8
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i8, ptr %71, i64 %77
  %79 = load i64, ptr %12, align 8
  %80 = getelementptr inbounds i8, ptr %78, i64 %79
  store ptr %80, ptr %15, align 8
  %81 = load ptr, ptr %15, align 8
  %82 = getelementptr inbounds i8, ptr %81, i64 4096
  call void @llvm.prefetch.p0(ptr %82, i32 0, i32 3, i32 1)
  %83 = load ptr, ptr %15, align 8
  %84 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %83)
  %85 = sext <16 x i8> %84 to <16 x i16>
  %86 = load i32, ptr %14, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %87
  store <16 x i16> %85, ptr %88, align 32
  br label %89
89:                                               ; preds = %70
  %90 = load i32, ptr %14, align 4
  %91 = add nsw i32 %90, 1
  store i32 %91, ptr %14, align 4
  br label %66, !llvm.loop !67
92:                                               ; preds = %69
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %136, %92
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 4
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %10, align 4
  br label %139
97:                                               ; preds = %93
  %98 = load ptr, ptr %4, align 8
  %99 = load i64, ptr %5, align 8
  %100 = load i32, ptr %16, align 4
  %101 = sext i32 %100 to i64
  %102 = add nsw i64 %99, %101
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %98, i64 noundef %102)
  %103 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %104 = load ptr, ptr %103, align 8
  %105 = load i64, ptr %12, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %106)
  store <16 x i16> %107, ptr %17, align 32
  store i32 0, ptr %19, align 4
  br label %108
108:                                              ; preds = %132, %97
  %109 = load i32, ptr %19, align 4
  %110 = icmp slt i32 %109, 2
  br i1 %110, label %112, label %111
111:                                              ; preds = %108
  store i32 14, ptr %10, align 4
  br label %135
112:                                              ; preds = %108
  %113 = load i32, ptr %16, align 4
  %114 = sext i32 %113 to i64
  %115 = getelementptr inbounds [4 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %114
  %116 = load i32, ptr %19, align 4
  %117 = sext i32 %116 to i64
  %118 = getelementptr inbounds [2 x <8 x i32>], ptr %115, i64 0, i64 %117
  %119 = load <8 x i32>, ptr %118, align 32
  %120 = load i32, ptr %19, align 4
  %121 = sext i32 %120 to i64
  %122 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %121
  %123 = load <16 x i16>, ptr %122, align 32
  %124 = load <16 x i16>, ptr %17, align 32
  %125 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %119, <16 x i16> noundef %123, <16 x i16> noundef %124)
  %126 = load i32, ptr %16, align 4
  %127 = sext i32 %126 to i64
  %128 = getelementptr inbounds [4 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %127
  %129 = load i32, ptr %19, align 4
  %130 = sext i32 %129 to i64
  %131 = getelementptr inbounds [2 x <8 x i32>], ptr %128, i64 0, i64 %130
  store <8 x i32> %125, ptr %131, align 32
  br label %132
132:                                              ; preds = %112
  %133 = load i32, ptr %19, align 4
  %134 = add nsw i32 %133, 1
  store i32 %134, ptr %19, align 4
  br label %108, !llvm.loop !68
135:                                              ; preds = %111
  br label %136
136:                                              ; preds = %135
  %137 = load i32, ptr %16, align 4
  %138 = add nsw i32 %137, 1
  store i32 %138, ptr %16, align 4
  br label %93, !llvm.loop !69
139:                                              ; preds = %96
  br label %140
140:                                              ; preds = %139
  %141 = load i64, ptr %12, align 8
  %142 = add nsw i64 %141, 16
  store i64 %142, ptr %12, align 8
  br label %55, !llvm.loop !70
143:                                              ; preds = %64
  store i32 0, ptr %20, align 4
  br label %144
144:                                              ; preds = %181, %143
  %145 = load i32, ptr %20, align 4
  %146 = icmp slt i32 %145, 4
  br i1 %146, label %148, label %147
147:                                              ; preds = %144
  store i32 17, ptr %10, align 4
  br label %184
148:                                              ; preds = %144
  %149 = load i32, ptr %20, align 4
  %150 = sext i32 %149 to i64
  %151 = getelementptr inbounds [4 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %150
  %152 = getelementptr inbounds [2 x <8 x i32>], ptr %151, i64 0, i64 0
  %153 = call noundef double @_ZL9totals_ofPDv8_i(ptr noundef %152)
  store double %153, ptr %21, align 8
  %154 = load <2 x float>, ptr %21, align 8
  %155 = load ptr, ptr %4, align 8
  %156 = load i64, ptr %5, align 8
  %157 = load i32, ptr %20, align 4
  %158 = sext i32 %157 to i64
  %159 = add nsw i64 %156, %158
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %22, ptr noundef %155, i64 noundef %159)
  %160 = getelementptr inbounds nuw %struct.Rounded, ptr %22, i32 0, i32 1
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %9, align 8
  %163 = sdiv i64 %162, 2048
  %164 = getelementptr inbounds float, ptr %161, i64 %163
  %165 = load float, ptr %164, align 4
  %166 = insertelement <2 x float> poison, float %165, i64 0
  %167 = shufflevector <2 x float> %166, <2 x float> poison, <2 x i32> zeroinitializer
  %168 = fadd <2 x float> zeroinitializer, %167
  %169 = load i32, ptr %20, align 4
  %170 = sext i32 %169 to i64
  %171 = getelementptr inbounds [4 x <2 x float>], ptr %8, i64 0, i64 %170
  %172 = load <2 x float>, ptr %171, align 8
  store <2 x float> %154, ptr %23, align 8
  %173 = load double, ptr %23, align 8
  store <2 x float> %168, ptr %24, align 8
  %174 = load double, ptr %24, align 8
  store <2 x float> %172, ptr %25, align 8
  %175 = load double, ptr %25, align 8
  %176 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %173, double noundef %174, double noundef %175)
  store double %176, ptr %26, align 8
  %177 = load <2 x float>, ptr %26, align 8
  %178 = load i32, ptr %20, align 4
  %179 = sext i32 %178 to i64
  %180 = getelementptr inbounds [4 x <2 x float>], ptr %8, i64 0, i64 %179
  store <2 x float> %177, ptr %180, align 8
  br label %181
181:                                              ; preds = %148
  %182 = load i32, ptr %20, align 4
  %183 = add nsw i32 %182, 1
  store i32 %183, ptr %20, align 4
  br label %144, !llvm.loop !71
184:                                              ; preds = %147
  br label %185
185:                                              ; preds = %184
  %186 = load i64, ptr %9, align 8
  %187 = add nsw i64 %186, 2048
  store i64 %187, ptr %9, align 8
  br label %46, !llvm.loop !72
188:                                              ; preds = %52
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 1
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %6, align 8
  %193 = getelementptr inbounds i16, ptr %191, i64 %192
  %194 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %193)
  store double %194, ptr %28, align 8
  %195 = load <2 x float>, ptr %28, align 8
  store <2 x float> %195, ptr %27, align 8
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 2
  %198 = load ptr, ptr %197, align 8
  %199 = load i64, ptr %6, align 8
  %200 = getelementptr inbounds float, ptr %198, i64 %199
  %201 = call noundef double @_ZL4wideILi2EEDaPKf(ptr noundef %200)
  store double %201, ptr %30, align 8
  %202 = load <2 x float>, ptr %30, align 8
  store <2 x float> %202, ptr %29, align 8
  store i32 0, ptr %31, align 4
  br label %203
203:                                              ; preds = %234, %188
  %204 = load i32, ptr %31, align 4
  %205 = icmp slt i32 %204, 4
  br i1 %205, label %207, label %206
206:                                              ; preds = %203
  store i32 20, ptr %10, align 4
  br label %237
207:                                              ; preds = %203
  %208 = load ptr, ptr %4, align 8
  %209 = getelementptr inbounds nuw %struct.Product, ptr %208, i32 0, i32 4
  %210 = load ptr, ptr %209, align 8
  %211 = load i64, ptr %5, align 8
  %212 = load i32, ptr %31, align 4
  %213 = sext i32 %212 to i64
  %214 = add nsw i64 %211, %213
  %215 = load ptr, ptr %4, align 8
  %216 = getelementptr inbounds nuw %struct.Product, ptr %215, i32 0, i32 9
  %217 = load i64, ptr %216, align 8
  %218 = mul nsw i64 %214, %217
  %219 = getelementptr inbounds float, ptr %210, i64 %218
  %220 = load i64, ptr %6, align 8
  %221 = getelementptr inbounds float, ptr %219, i64 %220
  %222 = load i32, ptr %31, align 4
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [4 x <2 x float>], ptr %8, i64 0, i64 %223
  %225 = load <2 x float>, ptr %224, align 8
  %226 = load <2 x float>, ptr %27, align 8
  %227 = load <2 x float>, ptr %29, align 8
  store <2 x float> %225, ptr %32, align 8
  %228 = load double, ptr %32, align 8
  store <2 x float> %226, ptr %33, align 8
  %229 = load double, ptr %33, align 8
  store <2 x float> %227, ptr %34, align 8
  %230 = load double, ptr %34, align 8
  %231 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %228, double noundef %229, double noundef %230)
  store double %231, ptr %35, align 8
  %232 = load <2 x float>, ptr %35, align 8
  store <2 x float> %232, ptr %36, align 8
  %233 = load double, ptr %36, align 8
  call void @_ZL8round_toIDv2_fEvPfT_(ptr noundef %221, double noundef %233)
  br label %234
234:                                              ; preds = %207
  %235 = load i32, ptr %31, align 4
  %236 = add nsw i32 %235, 1
  store i32 %236, ptr %31, align 4
  br label %203, !llvm.loop !73
237:                                              ; preds = %206
  ret void
}
define internal void @_ZL4tileIfLi2EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 2
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockIfLi2EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 2
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !74
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 2
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !75
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileIfLi1EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal void @_ZL5blockIfLi2EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [2 x <2 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [2 x <8 x i32>]], align 32
  %12 = alloca i64, align 8
  %13 = alloca [2 x <16 x i16>], align 32
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <16 x i16>, align 32
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca <2 x float>, align 8
  %22 = alloca %struct.Rounded, align 8
  %23 = alloca <2 x float>, align 8
  %24 = alloca <2 x float>, align 8
  %25 = alloca <2 x float>, align 8
  %26 = alloca <2 x float>, align 8
  %27 = alloca <2 x float>, align 8
  %28 = alloca <2 x float>, align 8
  %29 = alloca <2 x float>, align 8
  %30 = alloca <2 x float>, align 8
  %31 = alloca i32, align 4
  %32 = alloca <2 x float>, align 8
  %33 = alloca <2 x float>, align 8
  %34 = alloca <2 x float>, align 8
  %35 = alloca <2 x float>, align 8
  %36 = alloca <2 x float>, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %37 = load ptr, ptr %4, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %6, align 8
  %41 = load ptr, ptr %4, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = getelementptr inbounds i8, ptr %39, i64 %44
  store ptr %45, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 16, i1 false)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %185, %3
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %4, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 8
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  store i32 2, ptr %10, align 4
  br label %188
53:                                               ; preds = %46
  call void @llvm.memset.p0.i64(ptr align 32 %11, i8 0, i64 128, i1 false)
  %54 = load i64, ptr %9, align 8
  store i64 %54, ptr %12, align 8
  br label %55
55:                                               ; preds = %140, %53
  %56 = load i64, ptr %12, align 8
  %57 = load i64, ptr %9, align 8
  %58 = add nsw i64 %57, 2048
  %59 = load ptr, ptr %4, align 8
  %60 = getelementptr inbounds nuw %struct.Product, ptr %59, i32 0, i32 8
  %61 = load i64, ptr %60, align 8
  %62 = call noundef i64 @_ZL5leastll(i64 noundef %58, i64 noundef %61)
  %63 = icmp slt i64 %56, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %55
  store i32 5, ptr %10, align 4
  br label %143
65:                                               ; preds = %55
  store i32 0, ptr %14, align 4
  br label %66
66:                                               ; preds = %89, %65
  %67 = load i32, ptr %14, align 4
  %68 = icmp slt i32 %67, 2
  br i1 %68, label %70, label %69
69:                                               ; preds = %66
  store i32 8, ptr %10, align 4
  br label %92
70:                                               ; preds = %66
  %71 = load ptr, ptr %7, align 8
  %72 = load i32, ptr %14, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 8
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i8, ptr %71, i64 %77
  %79 = load i64, ptr %12, align 8
  %80 = getelementptr inbounds i8, ptr %78, i64 %79
  store ptr %80, ptr %15, align 8
  %81 = load ptr, ptr %15, align 8
  %82 = getelementptr inbounds i8, ptr %81, i64 4096
  call void @llvm.prefetch.p0(ptr %82, i32 0, i32 3, i32 1)
  %83 = load ptr, ptr %15, align 8
  %84 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %83)
  %85 = sext <16 x i8> %84 to <16 x i16>
  %86 = load i32, ptr %14, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %87
  store <16 x i16> %85, ptr %88, align 32
  br label %89
89:                                               ; preds = %70
  %90 = load i32, ptr %14, align 4
  %91 = add nsw i32 %90, 1
  store i32 %91, ptr %14, align 4
  br label %66, !llvm.loop !76
92:                                               ; preds = %69
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %136, %92
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 2
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %10, align 4
  br label %139
97:                                               ; preds = %93
  %98 = load ptr, ptr %4, align 8
  %99 = load i64, ptr %5, align 8
  %100 = load i32, ptr %16, align 4
  %101 = sext i32 %100 to i64
  %102 = add nsw i64 %99, %101
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %98, i64 noundef %102)
  %103 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %104 = load ptr, ptr %103, align 8
  %105 = load i64, ptr %12, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %106)
  store <16 x i16> %107, ptr %17, align 32
  store i32 0, ptr %19, align 4
  br label %108
108:                                              ; preds = %132, %97
  %109 = load i32, ptr %19, align 4
  %110 = icmp slt i32 %109, 2
  br i1 %110, label %112, label %111
111:                                              ; preds = %108
  store i32 14, ptr %10, align 4
  br label %135
112:                                              ; preds = %108
  %113 = load i32, ptr %16, align 4
  %114 = sext i32 %113 to i64
  %115 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %114
  %116 = load i32, ptr %19, align 4
  %117 = sext i32 %116 to i64
  %118 = getelementptr inbounds [2 x <8 x i32>], ptr %115, i64 0, i64 %117
  %119 = load <8 x i32>, ptr %118, align 32
  %120 = load i32, ptr %19, align 4
  %121 = sext i32 %120 to i64
  %122 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %121
  %123 = load <16 x i16>, ptr %122, align 32
  %124 = load <16 x i16>, ptr %17, align 32
  %125 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %119, <16 x i16> noundef %123, <16 x i16> noundef %124)
  %126 = load i32, ptr %16, align 4
  %127 = sext i32 %126 to i64
  %128 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %127
  %129 = load i32, ptr %19, align 4
  %130 = sext i32 %129 to i64
  %131 = getelementptr inbounds [2 x <8 x i32>], ptr %128, i64 0, i64 %130
  store <8 x i32> %125, ptr %131, align 32
  br label %132
132:                                              ; preds = %112
  %133 = load i32, ptr %19, align 4
  %134 = add nsw i32 %133, 1
  store i32 %134, ptr %19, align 4
  br label %108, !llvm.loop !77
135:                                              ; preds = %111
  br label %136
136:                                              ; preds = %135
  %137 = load i32, ptr %16, align 4
  %138 = add nsw i32 %137, 1
  store i32 %138, ptr %16, align 4
  br label %93, !llvm.loop !78
139:                                              ; preds = %96
  br label %140
140:                                              ; preds = %139
  %141 = load i64, ptr %12, align 8
  %142 = add nsw i64 %141, 16
  store i64 %142, ptr %12, align 8
  br label %55, !llvm.loop !79
143:                                              ; preds = %64
  store i32 0, ptr %20, align 4
  br label %144
144:                                              ; preds = %181, %143
  %145 = load i32, ptr %20, align 4
  %146 = icmp slt i32 %145, 2
  br i1 %146, label %148, label %147
147:                                              ; preds = %144
  store i32 17, ptr %10, align 4
  br label %184
148:                                              ; preds = %144
  %149 = load i32, ptr %20, align 4
  %150 = sext i32 %149 to i64
  %151 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %150
  %152 = getelementptr inbounds [2 x <8 x i32>], ptr %151, i64 0, i64 0
  %153 = call noundef double @_ZL9totals_ofPDv8_i(ptr noundef %152)
  store double %153, ptr %21, align 8
  %154 = load <2 x float>, ptr %21, align 8
  %155 = load ptr, ptr %4, align 8
  %156 = load i64, ptr %5, align 8
  %157 = load i32, ptr %20, align 4
  %158 = sext i32 %157 to i64
  %159 = add nsw i64 %156, %158
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %22, ptr noundef %155, i64 noundef %159)
  %160 = getelementptr inbounds nuw %struct.Rounded, ptr %22, i32 0, i32 1
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %9, align 8
  %163 = sdiv i64 %162, 2048
  %164 = getelementptr inbounds float, ptr %161, i64 %163
  %165 = load float, ptr %164, align 4
  %166 = insertelement <2 x float> poison, float %165, i64 0
  %167 = shufflevector <2 x float> %166, <2 x float> poison, <2 x i32> zeroinitializer
  %168 = fadd <2 x float> zeroinitializer, %167
  %169 = load i32, ptr %20, align 4
  %170 = sext i32 %169 to i64
  %171 = getelementptr inbounds [2 x <2 x float>], ptr %8, i64 0, i64 %170
  %172 = load <2 x float>, ptr %171, align 8
  store <2 x float> %154, ptr %23, align 8
  %173 = load double, ptr %23, align 8
  store <2 x float> %168, ptr %24, align 8
  %174 = load double, ptr %24, align 8
  store <2 x float> %172, ptr %25, align 8
  %175 = load double, ptr %25, align 8
  %176 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %173, double noundef %174, double noundef %175)
  store double %176, ptr %26, align 8
  %177 = load <2 x float>, ptr %26, align 8
  %178 = load i32, ptr %20, align 4
  %179 = sext i32 %178 to i64
  %180 = getelementptr inbounds [2 x <2 x float>], ptr %8, i64 0, i64 %179
  store <2 x float> %177, ptr %180, align 8
  br label %181
181:                                              ; preds = %148
  %182 = load i32, ptr %20, align 4
  %183 = add nsw i32 %182, 1
  store i32 %183, ptr %20, align 4
  br label %144, !llvm.loop !80
184:                                              ; preds = %147
  br label %185
185:                                              ; preds = %184
  %186 = load i64, ptr %9, align 8
  %187 = add nsw i64 %186, 2048
  store i64 %187, ptr %9, align 8
  br label %46, !llvm.loop !81
188:                                              ; preds = %52
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 1
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %6, align 8
  %193 = getelementptr inbounds i16, ptr %191, i64 %192
  %194 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %193)
  store double %194, ptr %28, align 8
  %195 = load <2 x float>, ptr %28, align 8
  store <2 x float> %195, ptr %27, align 8
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 2
  %198 = load ptr, ptr %197, align 8
  %199 = load i64, ptr %6, align 8
  %200 = getelementptr inbounds float, ptr %198, i64 %199
  %201 = call noundef double @_ZL4wideILi2EEDaPKf(ptr noundef %200)
  store double %201, ptr %30, align 8
  %202 = load <2 x float>, ptr %30, align 8
  store <2 x float> %202, ptr %29, align 8
  store i32 0, ptr %31, align 4
  br label %203
203:                                              ; preds = %234, %188
  %204 = load i32, ptr %31, align 4
  %205 = icmp slt i32 %204, 2
  br i1 %205, label %207, label %206
206:                                              ; preds = %203
  store i32 20, ptr %10, align 4
  br label %237
207:                                              ; preds = %203
  %208 = load ptr, ptr %4, align 8
  %209 = getelementptr inbounds nuw %struct.Product, ptr %208, i32 0, i32 4
  %210 = load ptr, ptr %209, align 8
  %211 = load i64, ptr %5, align 8
  %212 = load i32, ptr %31, align 4
  %213 = sext i32 %212 to i64
  %214 = add nsw i64 %211, %213
  %215 = load ptr, ptr %4, align 8
  %216 = getelementptr inbounds nuw %struct.Product, ptr %215, i32 0, i32 9
  %217 = load i64, ptr %216, align 8
  %218 = mul nsw i64 %214, %217
  %219 = getelementptr inbounds float, ptr %210, i64 %218
  %220 = load i64, ptr %6, align 8
  %221 = getelementptr inbounds float, ptr %219, i64 %220
  %222 = load i32, ptr %31, align 4
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x <2 x float>], ptr %8, i64 0, i64 %223
  %225 = load <2 x float>, ptr %224, align 8
  %226 = load <2 x float>, ptr %27, align 8
  %227 = load <2 x float>, ptr %29, align 8
  store <2 x float> %225, ptr %32, align 8
  %228 = load double, ptr %32, align 8
  store <2 x float> %226, ptr %33, align 8
  %229 = load double, ptr %33, align 8
  store <2 x float> %227, ptr %34, align 8
  %230 = load double, ptr %34, align 8
  %231 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %228, double noundef %229, double noundef %230)
  store double %231, ptr %35, align 8
  %232 = load <2 x float>, ptr %35, align 8
  store <2 x float> %232, ptr %36, align 8
  %233 = load double, ptr %36, align 8
  call void @_ZL8round_toIDv2_fEvPfT_(ptr noundef %221, double noundef %233)
  br label %234
234:                                              ; preds = %207
  %235 = load i32, ptr %31, align 4
  %236 = add nsw i32 %235, 1
  store i32 %236, ptr %31, align 4
  br label %203, !llvm.loop !82
237:                                              ; preds = %206
  ret void
}
define internal void @_ZL4tileIfLi1EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 1
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockIfLi1EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 2
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !83
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 1
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !84
38:                                               ; preds = %8
  ret void
}
define internal void @_ZL5blockIfLi1EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [1 x <2 x float>], align 8
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [1 x [2 x <8 x i32>]], align 32
  %12 = alloca i64, align 8
  %13 = alloca [2 x <16 x i16>], align 32
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <16 x i16>, align 32
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca <2 x float>, align 8
  %22 = alloca %struct.Rounded, align 8
  %23 = alloca <2 x float>, align 8
  %24 = alloca <2 x float>, align 8
  %25 = alloca <2 x float>, align 8
  %26 = alloca <2 x float>, align 8
  %27 = alloca <2 x float>, align 8
  %28 = alloca <2 x float>, align 8
  %29 = alloca <2 x float>, align 8
  %30 = alloca <2 x float>, align 8
  %31 = alloca i32, align 4
  %32 = alloca <2 x float>, align 8
  %33 = alloca <2 x float>, align 8
  %34 = alloca <2 x float>, align 8
  %35 = alloca <2 x float>, align 8
  %36 = alloca <2 x float>, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %37 = load ptr, ptr %4, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %6, align 8
  %41 = load ptr, ptr %4, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = getelementptr inbounds i8, ptr %39, i64 %44
  store ptr %45, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 8 %8, i8 0, i64 8, i1 false)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %185, %3
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %4, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 8
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  store i32 2, ptr %10, align 4
  br label %188
53:                                               ; preds = %46
  call void @llvm.memset.p0.i64(ptr align 32 %11, i8 0, i64 64, i1 false)
  %54 = load i64, ptr %9, align 8
  store i64 %54, ptr %12, align 8
  br label %55
55:                                               ; preds = %140, %53
  %56 = load i64, ptr %12, align 8
  %57 = load i64, ptr %9, align 8
  %58 = add nsw i64 %57, 2048
  %59 = load ptr, ptr %4, align 8
  %60 = getelementptr inbounds nuw %struct.Product, ptr %59, i32 0, i32 8
  %61 = load i64, ptr %60, align 8
  %62 = call noundef i64 @_ZL5leastll(i64 noundef %58, i64 noundef %61)
  %63 = icmp slt i64 %56, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %55
  store i32 5, ptr %10, align 4
  br label %143
65:                                               ; preds = %55
  store i32 0, ptr %14, align 4
  br label %66
66:                                               ; preds = %89, %65
  %67 = load i32, ptr %14, align 4
  %68 = icmp slt i32 %67, 2
  br i1 %68, label %70, label %69
69:                                               ; preds = %66
  store i32 8, ptr %10, align 4
  br label %92
70:                                               ; preds = %66
  %71 = load ptr, ptr %7, align 8
  %72 = load i32, ptr %14, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 8
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i8, ptr %71, i64 %77
  %79 = load i64, ptr %12, align 8
  %80 = getelementptr inbounds i8, ptr %78, i64 %79
  store ptr %80, ptr %15, align 8
  %81 = load ptr, ptr %15, align 8
  %82 = getelementptr inbounds i8, ptr %81, i64 4096
  call void @llvm.prefetch.p0(ptr %82, i32 0, i32 3, i32 1)
  %83 = load ptr, ptr %15, align 8
  %84 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %83)
  %85 = sext <16 x i8> %84 to <16 x i16>
  %86 = load i32, ptr %14, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %87
  store <16 x i16> %85, ptr %88, align 32
  br label %89
89:                                               ; preds = %70
  %90 = load i32, ptr %14, align 4
  %91 = add nsw i32 %90, 1
  store i32 %91, ptr %14, align 4
  br label %66, !llvm.loop !85
92:                                               ; preds = %69
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %136, %92
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 1
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %10, align 4
  br label %139
97:                                               ; preds = %93
  %98 = load ptr, ptr %4, align 8
  %99 = load i64, ptr %5, align 8
  %100 = load i32, ptr %16, align 4
  %101 = sext i32 %100 to i64
  %102 = add nsw i64 %99, %101
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %98, i64 noundef %102)
  %103 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %104 = load ptr, ptr %103, align 8
  %105 = load i64, ptr %12, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %106)
  store <16 x i16> %107, ptr %17, align 32
  store i32 0, ptr %19, align 4
  br label %108
108:                                              ; preds = %132, %97
  %109 = load i32, ptr %19, align 4
  %110 = icmp slt i32 %109, 2
  br i1 %110, label %112, label %111
111:                                              ; preds = %108
  store i32 14, ptr %10, align 4
  br label %135
112:                                              ; preds = %108
  %113 = load i32, ptr %16, align 4
  %114 = sext i32 %113 to i64
  %115 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %114
  %116 = load i32, ptr %19, align 4
  %117 = sext i32 %116 to i64
  %118 = getelementptr inbounds [2 x <8 x i32>], ptr %115, i64 0, i64 %117
  %119 = load <8 x i32>, ptr %118, align 32
  %120 = load i32, ptr %19, align 4
  %121 = sext i32 %120 to i64
  %122 = getelementptr inbounds [2 x <16 x i16>], ptr %13, i64 0, i64 %121
  %123 = load <16 x i16>, ptr %122, align 32
  %124 = load <16 x i16>, ptr %17, align 32
  %125 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %119, <16 x i16> noundef %123, <16 x i16> noundef %124)
  %126 = load i32, ptr %16, align 4
  %127 = sext i32 %126 to i64
  %128 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %127
  %129 = load i32, ptr %19, align 4
  %130 = sext i32 %129 to i64
  %131 = getelementptr inbounds [2 x <8 x i32>], ptr %128, i64 0, i64 %130
  store <8 x i32> %125, ptr %131, align 32
  br label %132
132:                                              ; preds = %112
  %133 = load i32, ptr %19, align 4
  %134 = add nsw i32 %133, 1
  store i32 %134, ptr %19, align 4
  br label %108, !llvm.loop !86
135:                                              ; preds = %111
  br label %136
136:                                              ; preds = %135
  %137 = load i32, ptr %16, align 4
  %138 = add nsw i32 %137, 1
  store i32 %138, ptr %16, align 4
  br label %93, !llvm.loop !87
139:                                              ; preds = %96
  br label %140
140:                                              ; preds = %139
  %141 = load i64, ptr %12, align 8
  %142 = add nsw i64 %141, 16
  store i64 %142, ptr %12, align 8
  br label %55, !llvm.loop !88
143:                                              ; preds = %64
  store i32 0, ptr %20, align 4
  br label %144
144:                                              ; preds = %181, %143
  %145 = load i32, ptr %20, align 4
  %146 = icmp slt i32 %145, 1
  br i1 %146, label %148, label %147
147:                                              ; preds = %144
  store i32 17, ptr %10, align 4
  br label %184
148:                                              ; preds = %144
  %149 = load i32, ptr %20, align 4
  %150 = sext i32 %149 to i64
  %151 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %11, i64 0, i64 %150
  %152 = getelementptr inbounds [2 x <8 x i32>], ptr %151, i64 0, i64 0
  %153 = call noundef double @_ZL9totals_ofPDv8_i(ptr noundef %152)
  store double %153, ptr %21, align 8
  %154 = load <2 x float>, ptr %21, align 8
  %155 = load ptr, ptr %4, align 8
  %156 = load i64, ptr %5, align 8
  %157 = load i32, ptr %20, align 4
  %158 = sext i32 %157 to i64
  %159 = add nsw i64 %156, %158
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %22, ptr noundef %155, i64 noundef %159)
  %160 = getelementptr inbounds nuw %struct.Rounded, ptr %22, i32 0, i32 1
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %9, align 8
  %163 = sdiv i64 %162, 2048
  %164 = getelementptr inbounds float, ptr %161, i64 %163
  %165 = load float, ptr %164, align 4
  %166 = insertelement <2 x float> poison, float %165, i64 0
  %167 = shufflevector <2 x float> %166, <2 x float> poison, <2 x i32> zeroinitializer
  %168 = fadd <2 x float> zeroinitializer, %167
  %169 = load i32, ptr %20, align 4
  %170 = sext i32 %169 to i64
  %171 = getelementptr inbounds [1 x <2 x float>], ptr %8, i64 0, i64 %170
  %172 = load <2 x float>, ptr %171, align 8
  store <2 x float> %154, ptr %23, align 8
  %173 = load double, ptr %23, align 8
  store <2 x float> %168, ptr %24, align 8
  %174 = load double, ptr %24, align 8
  store <2 x float> %172, ptr %25, align 8
  %175 = load double, ptr %25, align 8
  %176 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %173, double noundef %174, double noundef %175)
  store double %176, ptr %26, align 8
  %177 = load <2 x float>, ptr %26, align 8
  %178 = load i32, ptr %20, align 4
  %179 = sext i32 %178 to i64
  %180 = getelementptr inbounds [1 x <2 x float>], ptr %8, i64 0, i64 %179
  store <2 x float> %177, ptr %180, align 8
  br label %181
181:                                              ; preds = %148
  %182 = load i32, ptr %20, align 4
  %183 = add nsw i32 %182, 1
  store i32 %183, ptr %20, align 4
  br label %144, !llvm.loop !89
184:                                              ; preds = %147
  br label %185
185:                                              ; preds = %184
  %186 = load i64, ptr %9, align 8
  %187 = add nsw i64 %186, 2048
  store i64 %187, ptr %9, align 8
  br label %46, !llvm.loop !90
188:                                              ; preds = %52
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 1
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %6, align 8
  %193 = getelementptr inbounds i16, ptr %191, i64 %192
  %194 = call noundef double @_ZL4wideILi2EEDvmlLm4ET__fPKt(ptr noundef %193)
  store double %194, ptr %28, align 8
  %195 = load <2 x float>, ptr %28, align 8
  store <2 x float> %195, ptr %27, align 8
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 2
  %198 = load ptr, ptr %197, align 8
  %199 = load i64, ptr %6, align 8
  %200 = getelementptr inbounds float, ptr %198, i64 %199
  %201 = call noundef double @_ZL4wideILi2EEDaPKf(ptr noundef %200)
  store double %201, ptr %30, align 8
  %202 = load <2 x float>, ptr %30, align 8
  store <2 x float> %202, ptr %29, align 8
  store i32 0, ptr %31, align 4
  br label %203
203:                                              ; preds = %234, %188
  %204 = load i32, ptr %31, align 4
  %205 = icmp slt i32 %204, 1
  br i1 %205, label %207, label %206
206:                                              ; preds = %203
  store i32 20, ptr %10, align 4
  br label %237
207:                                              ; preds = %203
  %208 = load ptr, ptr %4, align 8
  %209 = getelementptr inbounds nuw %struct.Product, ptr %208, i32 0, i32 4
  %210 = load ptr, ptr %209, align 8
  %211 = load i64, ptr %5, align 8
  %212 = load i32, ptr %31, align 4
  %213 = sext i32 %212 to i64
  %214 = add nsw i64 %211, %213
  %215 = load ptr, ptr %4, align 8
  %216 = getelementptr inbounds nuw %struct.Product, ptr %215, i32 0, i32 9
  %217 = load i64, ptr %216, align 8
  %218 = mul nsw i64 %214, %217
  %219 = getelementptr inbounds float, ptr %210, i64 %218
  %220 = load i64, ptr %6, align 8
  %221 = getelementptr inbounds float, ptr %219, i64 %220
  %222 = load i32, ptr %31, align 4
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [1 x <2 x float>], ptr %8, i64 0, i64 %223
  %225 = load <2 x float>, ptr %224, align 8
  %226 = load <2 x float>, ptr %27, align 8
  %227 = load <2 x float>, ptr %29, align 8
  store <2 x float> %225, ptr %32, align 8
  %228 = load double, ptr %32, align 8
  store <2 x float> %226, ptr %33, align 8
  %229 = load double, ptr %33, align 8
  store <2 x float> %227, ptr %34, align 8
  %230 = load double, ptr %34, align 8
  %231 = call noundef double @_ZL3fmaIDv2_fET_S1_S1_S1_(double noundef %228, double noundef %229, double noundef %230)
  store double %231, ptr %35, align 8
  %232 = load <2 x float>, ptr %35, align 8
  store <2 x float> %232, ptr %36, align 8
  %233 = load double, ptr %36, align 8
  call void @_ZL8round_toIDv2_fEvPfT_(ptr noundef %221, double noundef %233)
  br label %234
234:                                              ; preds = %207
  %235 = load i32, ptr %31, align 4
  %236 = add nsw i32 %235, 1
  store i32 %236, ptr %31, align 4
  br label %203, !llvm.loop !91
237:                                              ; preds = %206
  ret void
}
attributes #0 = { mustprogress nounwind uwtable(sync) }
attributes #1 = { nounwind }
attributes #2 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #3 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #4 = { inlinehint mustprogress nounwind uwtable(sync) }
attributes #5 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #6 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #7 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #8 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #9 = { mustprogress nounwind uwtable(sync) }
attributes #10 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #11 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite, inaccessiblemem: readwrite) }
attributes #12 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #13 = { nocallback nofree nosync nounwind willreturn memory(none) }
attributes #14 = { nounwind }
!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 1}
!4 = !{i32 7, !"frame-pointer", i32 2}
!5 = !{!"clang version 22.1.8"}
!6 = distinct !{!6, !7}
!7 = !{!"llvm.loop.mustprogress"}
!8 = distinct !{!8, !7}
!9 = distinct !{!9, !7}
!10 = distinct !{!10, !7}
!11 = distinct !{!11, !7}
!12 = distinct !{!12, !7}
!13 = distinct !{!13, !7}
!14 = distinct !{!14, !7, !15}
!15 = !{!"llvm.loop.unroll.full"}
!16 = distinct !{!16, !7, !15}
!17 = distinct !{!17, !7, !15}
!18 = distinct !{!18, !7}
!19 = distinct !{!19, !7, !15}
!20 = distinct !{!20, !7}
!21 = distinct !{!21, !7, !15}
!22 = distinct !{!22, !7}
!23 = distinct !{!23, !7}
!24 = distinct !{!24, !7, !15}
!25 = distinct !{!25, !7, !15}
!26 = distinct !{!26, !7, !15}
!27 = distinct !{!27, !7, !15}
!28 = distinct !{!28, !7, !15}
!29 = distinct !{!29, !7}
!30 = distinct !{!30, !7, !15}
!31 = distinct !{!31, !7}
!32 = distinct !{!32, !7, !15}
!33 = distinct !{!33, !7}
!34 = distinct !{!34, !7}
!35 = distinct !{!35, !7, !15}
!36 = distinct !{!36, !7, !15}
!37 = distinct !{!37, !7, !15}
!38 = distinct !{!38, !7}
!39 = distinct !{!39, !7, !15}
!40 = distinct !{!40, !7}
!41 = distinct !{!41, !7, !15}
!42 = distinct !{!42, !7}
!43 = distinct !{!43, !7}
!44 = distinct !{!44, !7, !15}
!45 = distinct !{!45, !7, !15}
!46 = distinct !{!46, !7, !15}
!47 = distinct !{!47, !7}
!48 = distinct !{!48, !7, !15}
!49 = distinct !{!49, !7}
!50 = distinct !{!50, !7, !15}
!51 = distinct !{!51, !7}
!52 = distinct !{!52, !7}
!53 = distinct !{!53, !7}
!54 = distinct !{!54, !7}
!55 = distinct !{!55, !7}
!56 = distinct !{!56, !7}
!57 = distinct !{!57, !7}
!58 = distinct !{!58, !7, !15}
!59 = distinct !{!59, !7, !15}
!60 = distinct !{!60, !7, !15}
!61 = distinct !{!61, !7}
!62 = distinct !{!62, !7, !15}
!63 = distinct !{!63, !7}
!64 = distinct !{!64, !7, !15}
!65 = distinct !{!65, !7}
!66 = distinct !{!66, !7}
!67 = distinct !{!67, !7, !15}
!68 = distinct !{!68, !7, !15}
!69 = distinct !{!69, !7, !15}
!70 = distinct !{!70, !7}
!71 = distinct !{!71, !7, !15}
!72 = distinct !{!72, !7}
!73 = distinct !{!73, !7, !15}
!74 = distinct !{!74, !7}
!75 = distinct !{!75, !7}
!76 = distinct !{!76, !7, !15}
!77 = distinct !{!77, !7, !15}
!78 = distinct !{!78, !7, !15}
!79 = distinct !{!79, !7}
!80 = distinct !{!80, !7, !15}
!81 = distinct !{!81, !7}
!82 = distinct !{!82, !7, !15}
!83 = distinct !{!83, !7}
!84 = distinct !{!84, !7}
!85 = distinct !{!85, !7, !15}
!86 = distinct !{!86, !7, !15}
!87 = distinct !{!87, !7, !15}
!88 = distinct !{!88, !7}
!89 = distinct !{!89, !7, !15}
!90 = distinct !{!90, !7}
!91 = distinct !{!91, !7, !15}
